using Coordination.Etcd;
using Coordination.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.IntegrationTests.Contracts;

/// <summary>Elections inside a host: leader-only services, and actors of the host.</summary>
public sealed class ElectionHostContract(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _name = $"/test/host/{Guid.NewGuid():N}";

    [Fact]
    public async Task A_leader_only_service_runs_in_one_host_at_a_time_and_moves_when_that_stops()
    {
        var journal = new Journal();
        using var first = await StartHostAsync("first", journal);
        await journal.UntilAsync("first starts");
        using var second = await StartHostAsync("second", journal);
        await using var etcd = fixture.Server.CreateClient();
        while ((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_name + "/")) { CountOnly = true })).Count < 2)
        {
            await Task.Yield();
        }

        await first.StopAsync();
        await journal.UntilAsync("second starts");
        await second.StopAsync();
        await journal.UntilAsync("second stops");

        Assert.Equal(["first starts", "first stops", "second starts", "second stops"], journal.Lines);
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_name)) { CountOnly = true })).Count);
    }

    [Fact]
    public async Task A_leader_only_service_that_fails_gives_the_leadership_back_and_is_started_anew_later()
    {
        var journal = new Journal { FailFirst = true };
        using var host = await StartHostAsync("host", journal);

        await journal.UntilAsync("host starts again");
        await host.StopAsync();

        Assert.Equal(["host starts", "host stops", "host starts again", "host stops"], journal.Lines);
    }

    [Fact]
    public async Task An_actor_of_the_host_is_told_when_it_leads_when_it_is_over_and_who_leads()
    {
        await using var system = fixture.Server.StartSystem();
        await using var etcd = fixture.Server.CreateClient();
        var elected = new TaskCompletionSource<ElectionNews.Elected>(TaskCreationOptions.RunContinuationsAsynchronously);
        var lost = new TaskCompletionSource<ElectionNews.Lost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<LeaderChanged>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var actors = ActorSystem.Create("host");
        var actor = actors.ActorOf(Props.Create(() => new Candidate(elected, lost, seen)));

        system.Actor.Tell(new ElectionRequest.Subscribe(_name), actor);
        system.Actor.Tell(new ElectionRequest.Campaign(_name, "an actor"), actor);
        var leadership = (await elected.Task.WaitAsync(Limit)).Leadership;
        Assert.Equal(leadership.Term, (await seen.Task.WaitAsync(Limit)).Leader!.Term);
        await etcd.DeleteAsync(new EtcdOp.Delete(leadership.Key));

        Assert.Equal(new ElectionNews.Lost(_name, leadership.Term, LossReason.KeyDeleted), await lost.Task.WaitAsync(Limit));
    }

    [Fact]
    public async Task When_an_actor_of_the_host_ends_its_leadership_is_given_back()
    {
        await using var system = fixture.Server.StartSystem();
        await using var etcd = fixture.Server.CreateClient();
        var elected = new TaskCompletionSource<ElectionNews.Elected>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var actors = ActorSystem.Create("host");
        var actor = actors.ActorOf(Props.Create(() => new Candidate(elected, new(), new())));
        system.Actor.Tell(new ElectionRequest.Campaign(_name, "an actor"), actor);
        var leadership = (await elected.Task.WaitAsync(Limit)).Leadership;

        actors.Stop(actor);

        await etcd.UntilGoneAsync(leadership.Key);
        Assert.False(leadership.IsLeader);
    }

    [Fact]
    public async Task An_actor_withdraws_before_it_is_elected_and_is_told_so()
    {
        using var kit = new TestKit();
        await using var system = fixture.Server.StartSystem();
        await using var leader = await system.Election(_name).CampaignAsync("another");
        var candidate = kit.CreateTestProbe();

        system.Actor.Tell(new ElectionRequest.Campaign(_name, "an actor"), candidate);
        system.Actor.Tell(new ElectionRequest.Withdraw(_name), candidate);

        Assert.IsAssignableFrom<OperationCanceledException>(candidate.ExpectMsg<Status.Failure>(Limit).Cause);

        // It is told at once; its key goes a moment later. Every question is a round trip.
        using var limit = new CancellationTokenSource(Limit);
        IReadOnlyList<ElectionCandidate> line;
        while ((line = await system.Election(_name).GetCandidatesAsync(limit.Token)).Count > 1)
        {
        }

        Assert.Equal("another", Assert.Single(line).Value.ToText());
    }

    private async Task<IHost> StartHostAsync(string name, Journal journal)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(journal);
        builder.Services.AddSingleton(_ => fixture.Server.StartSystem(name));
        builder.Services.AddLeaderOnlyService<Report>(_name);
        var host = builder.Build();
        await host.StartAsync();
        return new AsyncHost(host);
    }

    /// <summary>What ran, in order.</summary>
    private sealed class Journal
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];
        private readonly Dictionary<string, TaskCompletionSource> _awaited = [];

        public bool FailFirst { get; set; }

        public string[] Lines
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines];
                }
            }
        }

        public void Write(string line)
        {
            lock (_lock)
            {
                line = _lines.Contains(line) && line.EndsWith("starts", StringComparison.Ordinal) ? line + " again" : line;
                _lines.Add(line);
                Awaited(line).TrySetResult();
            }
        }

        public Task UntilAsync(string line)
        {
            lock (_lock)
            {
                return Awaited(line).Task.WaitAsync(Limit);
            }
        }

        private TaskCompletionSource Awaited(string line)
        {
            if (!_awaited.TryGetValue(line, out var awaited))
            {
                _awaited[line] = awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return awaited;
        }
    }

    private sealed class Report(Journal journal, CoordinationSystem system, ILeadership leadership) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Assert.True(leadership.IsLeader);
            journal.Write($"{system.Options.Owner} starts");
            try
            {
                if (journal.FailFirst)
                {
                    journal.FailFirst = false;
                    throw new InvalidOperationException("the service's own");
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
            }
            finally
            {
                journal.Write($"{system.Options.Owner} stops");
            }
        }
    }

    /// <summary>The system in the container disposes only asynchronously.</summary>
    private sealed class AsyncHost(IHost host) : IHost
    {
        public IServiceProvider Services => host.Services;

        public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken = default)
        {
            await host.StopAsync(cancellationToken);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        public void Dispose()
        {
        }
    }

    private sealed class Candidate(
        TaskCompletionSource<ElectionNews.Elected> elected, TaskCompletionSource<ElectionNews.Lost> lost, TaskCompletionSource<LeaderChanged> seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ElectionNews.Elected m:
                    elected.TrySetResult(m);
                    break;
                case ElectionNews.Lost m:
                    lost.TrySetResult(m);
                    break;
                case LeaderChanged { Leader: not null } m:
                    seen.TrySetResult(m);
                    break;
            }
        }
    }
}
