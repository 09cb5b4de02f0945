using Coordination.Etcd;
using Coordination.IntegrationTests.Security;

namespace Coordination.IntegrationTests.Contracts;

public sealed class NamesOnEmbedded(EmbeddedFixture fixture) : NamesContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class NamesOnRealEtcd(RealEtcdFixture fixture) : NamesContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Things of different kinds whose names are the same, or lie under each other, do not touch.</summary>
public abstract class NamesContract(ServerFixture fixture) : ServerContract(fixture, "names")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_lies_under_the_name_of_an_election_and_is_no_candidate_is_in_nobodys_way_and_is_named()
    {
        var log = new LogRecord();
        await using var system = CoordinationSystem.Start(new CoordinationOptions { Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint] }, LoggerFactory = log });
        await using var etcd = Server.CreateClient();
        var lease = (await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60))).Id;
        Bytes[] strays = [$"{Name}/abc", $"{Name}/web/1", $"{Name}/{new LeaseId(lease.Value + 1)}"];
        await etcd.PutAsync(strays[0], "no lease");
        await etcd.PutAsync(strays[1], "another kind", lease);
        await etcd.PutAsync(strays[2], "another lease", lease);

        await using var leadership = await system.Election(Name).CampaignAsync("here").WaitAsync(Limit);
        await using var seen = system.Election(Name).ObserveAsync().GetAsyncEnumerator();
        await seen.MoveNextAsync().AsTask().WaitAsync(Limit);

        Assert.Equal(leadership.Term, seen.Current.Leader?.Term);
        Assert.Equal(leadership.Term, (await system.Election(Name).GetLeaderAsync())?.Term);
        Assert.Equal(leadership.Key, Assert.Single(await system.Election(Name).GetCandidatesAsync()).Key);
        Assert.Equal(strays, await system.Election(Name).GetStrayKeysAsync());
        Assert.Equal(strays.Length, log.Lines.Count(line => line.Contains("is no candidate", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_candidate_behind_many_strays_finds_the_one_before_it()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var first = await system.Election(Name).CampaignAsync("first").WaitAsync(Limit);
        for (var n = 0; n < 100; n++)
        {
            await etcd.PutAsync($"{Name}/{n}", "");
        }

        var second = system.Election(Name).CampaignAsync("second");
        await foreach (var line in Lines(system))
        {
            if (line.Count == 2)
            {
                break;
            }
        }

        Assert.False(second.IsCompleted);
        await first.ResignAsync();
        await using var leadership = await second.WaitAsync(Limit);

        Assert.True(leadership.IsLeader);
    }

    [Fact]
    public async Task An_election_and_a_service_of_one_name_do_not_see_each_other()
    {
        await using var system = Server.StartSystem();
        var layout = ServiceLayout.Json(Name + "/{service}/{id}");
        await using var registration = system.Register(
            new ServiceInstance { Service = "billing", Id = "1", Host = "vm", Port = 80 }, new RegistrationOptions { Layout = layout });
        await registration.WaitUntilRegisteredAsync(Limit);

        await using var leadership = await system.Election(Name + "/billing").CampaignAsync("vm:15631").WaitAsync(Limit);
        using var discovery = system.Discover("billing", new DiscoveryOptions { Layout = layout });
        var view = await discovery.WaitForViewAsync(Limit);

        Assert.Equal("vm:80", Assert.Single(view.Instances).Address);
        Assert.Equal(leadership.Key, Assert.Single(view.Rejected).Key);
        Assert.Equal(leadership.Term, (await system.Election(Name + "/billing").GetLeaderAsync())?.Term);
    }

    [Fact]
    public async Task Locks_of_every_kind_an_election_and_a_service_of_one_name_are_had_together()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var lockHeld = await system.Lock(Name).AcquireAsync(Limit);
        await using var under = await system.Lock(Name + "/under").AcquireAsync(Limit);
        await using var writing = await system.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await using var permit = await system.Semaphore(Name, 1).AcquireAsync(timeout: Limit);
        await using var leadership = await system.Election(Name).CampaignAsync("here").WaitAsync(Limit);
        await using var registration = system.Register(
            new ServiceInstance { Service = "s", Id = "1", Host = "h", Port = 1 }, new RegistrationOptions { Layout = ServiceLayout.Json(Name + "/{service}/{id}") });
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.Null(await other.Lock(Name).TryAcquireAsync());
        Assert.Null(await other.ReaderWriterLock(Name).TryAcquireReadAsync());
        Assert.Null(await other.Semaphore(Name, 1).TryAcquireAsync());
        Assert.Equal(leadership.Term, (await other.Election(Name).GetLeaderAsync())?.Term);
        Assert.Single(await other.Election(Name).GetCandidatesAsync());
        Assert.True(lockHeld.IsHeld && under.IsHeld && writing.IsHeld && permit.IsHeld && leadership.IsLeader);
    }

    private async IAsyncEnumerable<IReadOnlyList<ElectionCandidate>> Lines(CoordinationSystem system)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            yield return await system.Election(Name).GetCandidatesAsync(limit.Token);
        }
    }
}
