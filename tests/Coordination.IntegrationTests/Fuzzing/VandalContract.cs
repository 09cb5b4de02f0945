using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.IntegrationTests.Security;
using Xunit.Abstractions;

namespace Coordination.IntegrationTests.Fuzzing;

public sealed class VandalOnEmbedded(EmbeddedFixture fixture, ITestOutputHelper output) : VandalContract(fixture, output), IClassFixture<EmbeddedFixture>;

public sealed class VandalOnRealEtcd(RealEtcdFixture fixture, ITestOutputHelper output) : VandalContract(fixture, output), IClassFixture<RealEtcdFixture>;

/// <summary>Somebody writes whatever comes to mind over the keys of locks, tickets, inboxes, fences, candidates and instances. Row 36 of docs/faults.md.</summary>
public abstract class VandalContract(ServerFixture fixture, ITestOutputHelper output) : ServerContract(fixture, "vandal")
{
    private const int Rounds = 8;
    private const int Deeds = 50;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Ids = ["a", "b", "c"];

    private readonly Random _random = new(1);
    private readonly HashSet<Bytes> _written = [];
    private int _lost;

    [Fact]
    public async Task No_actor_fails_and_everything_goes_on_after_each_round_and_nothing_is_left()
    {
        var log = new LogRecord();
        await using var etcd = Server.CreateClient();
        var systems = Ids.Select(id => CoordinationSystem.Start(new CoordinationOptions
        {
            Owner = id,
            SessionTtl = TimeSpan.FromSeconds(2),
            Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint], RequestTimeout = TimeSpan.FromSeconds(2) },
            LoggerFactory = log,
        })).ToList();
        foreach (var system in systems)
        {
            system.Register(new ServiceInstance { Service = "web", Id = system.Options.Owner, Host = "10.0.0.1", Port = 80 });
        }

        using var discovery = systems[0].Discover("web");
        using var stop = new CancellationTokenSource();
        var work = systems.SelectMany(system => Uses(system).Select(use => RepeatAsync(use, stop.Token))).ToList();

        // What was written may block every line until it is deleted, so that nothing can be taken away from anybody: the rounds end when something was.
        using var late = new CancellationTokenSource(Limit);
        var rounds = 0;
        for (; rounds < Rounds || (Volatile.Read(ref _lost) == 0 && !late.IsCancellationRequested); rounds++)
        {
            for (var n = 0; n < Deeds; n++)
            {
                await DoHarmAsync(etcd);
            }

            await UndoHarmAsync(etcd);
            await Task.WhenAll(systems.SelectMany(Uses).Select(use => use(CancellationToken.None))).WaitAsync(Limit);
            await discovery.UntilIdsAsync(Ids).WaitAsync(Limit);
        }

        await stop.CancelAsync();
        await Task.WhenAll(work).WaitAsync(Limit);
        Assert.DoesNotContain(log.Lines, line => line.Contains("actor failed", StringComparison.Ordinal));
        foreach (var system in systems)
        {
            await system.DisposeAsync();
        }

        output.WriteLine($"{rounds} rounds of {Deeds} deeds; {_lost} claims lost");
        Assert.True(_lost > 0);
        Assert.Empty((await etcd.GetAsync(KeyRange.All)).KeyValues.Select(kv => kv.Key.ToString()));
    }

    private IEnumerable<Func<CancellationToken, Task>> Uses(CoordinationSystem system) =>
    [
        async stop => await HoldAsync(await system.Lock($"{Name}/k").AcquireAsync(Limit, stop)),
        async stop => await HoldAsync(await system.ReaderWriterLock($"{Name}/rw").AcquireReadAsync(Limit, stop)),
        async stop => await HoldAsync(await system.ReaderWriterLock($"{Name}/rw").AcquireWriteAsync(Limit, stop)),
        async stop => await HoldAsync(await system.Semaphore($"{Name}/s", 2).AcquireAsync(timeout: Limit, cancellationToken: stop)),
        async stop =>
        {
            var term = await system.Election($"{Name}/e").CampaignAsync(system.Options.Owner, cancellationToken: stop);
            await HoldAsync(term, term.Lost);
        },
    ];

    private Task HoldAsync(IClaim claim) => HoldAsync(claim, claim.Lost);

    /// <summary>Long enough that somebody may take it away.</summary>
    private async Task HoldAsync(IAsyncDisposable claim, CancellationToken lost)
    {
        await using (claim)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(lost);
            over.CancelAfter(Hold);
            await over.Token.CancelledAsync();
            if (lost.IsCancellationRequested)
            {
                Interlocked.Increment(ref _lost);
            }
        }
    }

    private static async Task RepeatAsync(Func<CancellationToken, Task> use, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await use(stop);
            }
            catch (Exception error) when (error is CoordinationException or LockTimeoutException or SemaphoreLimitException or OperationCanceledException)
            {
                // An operating error is what it may lead to.
                await Task.Yield();
            }
        }
    }

    private async Task DoHarmAsync(EtcdClient etcd)
    {
        var all = (await etcd.GetAsync(KeyRange.All)).KeyValues;
        if (all.IsEmpty)
        {
            return;
        }

        var (one, other) = (all[_random.Next(all.Length)], all[_random.Next(all.Length)]);
        var mutator = new Mutator(_random.Next(), one.Value.Span.ToArray(), other.Value.Span.ToArray());
        var lease = _random.Next(3) switch
        {
            0 => LeaseId.None,
            1 => one.Lease,
            _ => other.Lease,
        };
        switch (_random.Next(10))
        {
            case 0 or 1:
                await etcd.DeleteAsync(one.Key);
                break;
            case 2:
                await PutAsync(etcd, one.Key + "/" + new Bytes(mutator.Next()), other.Value, lease);
                break;
            case 3:
                await PutAsync(etcd, KeyNear(one.Key, other.Key), one.Value, lease);
                break;
            default:
                await PutAsync(etcd, one.Key, new Bytes(mutator.Next()), lease);
                break;
        }
    }

    private async Task UndoHarmAsync(EtcdClient etcd)
    {
        foreach (var key in _written)
        {
            await etcd.DeleteAsync(key);
        }

        _written.Clear();
    }

    /// <summary>The beginning of one key with the end of another.</summary>
    private static Bytes KeyNear(Bytes one, Bytes other)
    {
        var (first, second) = (one.ToString(), other.ToString());
        return first[..(first.LastIndexOf('/') + 1)] + second[(second.LastIndexOf('/') + 1)..];
    }

    private async Task PutAsync(EtcdClient etcd, Bytes key, Bytes value, LeaseId lease)
    {
        _written.Add(key);
        try
        {
            await etcd.PutAsync(key, value, lease);
        }
        catch (EtcdException error) when (error.Kind is CoordinationErrorKind.LeaseNotFound or CoordinationErrorKind.InvalidRequest)
        {
            // The lease has gone meanwhile.
        }
    }
}
