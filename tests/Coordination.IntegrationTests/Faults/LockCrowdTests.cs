using Coordination.Chaos;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Faults;

/// <summary>A thousand requests for one key. The embedded server counts what they cost.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LockCrowdTests : IAsyncLifetime
{
    private const int Waiters = 1000;
    private const string Key = "/crowd";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private EmbeddedServer _server = null!;
    private int _transactions;

    public async Task InitializeAsync() => _server = await EmbeddedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_thousand_waiters_of_one_system_are_served_in_order_by_one_transaction_for_each_release()
    {
        await using var system = _server.StartSystem("one", TimeSpan.FromSeconds(60));
        var handle = await system.Lock(Key).AcquireAsync(Limit);
        var served = new List<int>();
        var turns = Enumerable.Range(0, Waiters).Select(n => TakeTurnAsync(system, () => served.Add(n))).ToList();
        await using var etcd = _server.CreateClient();
        Count();

        await handle.ReleaseAsync();
        await Task.WhenAll(turns).WaitAsync(Limit);

        Assert.Equal(Enumerable.Range(0, Waiters), served);

        // One for each of the 1,001 releases; now and then the key is deleted for programs without tickets, and then put again.
        Assert.InRange(_transactions, Waiters, Waiters + 50);
    }

    [Fact]
    public async Task A_thousand_waiters_of_ten_systems_take_turns_and_a_release_wakes_one_of_them()
    {
        const int systemCount = 10;
        var systems = Enumerable.Range(0, systemCount).Select(n => _server.StartSystem($"s{n}", TimeSpan.FromSeconds(60))).ToList();
        await using var etcd = _server.CreateClient();
        var handle = await systems[0].Lock(Key).AcquireAsync(Limit);
        var gate = new Lock();
        var served = new List<(int System, int Waiter)>();
        var times = new List<long>();
        var turns = new List<Task>();
        foreach (var (system, s) in systems.Select((system, s) => (system, s)).Skip(1))
        {
            turns.AddRange(Enumerable.Range(0, Waiters / (systemCount - 1)).Select(n => TakeTurnAsync(system, () =>
            {
                lock (gate)
                {
                    served.Add((s, n));
                    times.Add(Stamp.Now);
                }
            })));
            await etcd.UntilCountAsync(KeyRange.Prefix("coordination/waiters/%2Fcrowd/"), s);
        }

        Count();
        times.Add(Stamp.Now);
        await handle.ReleaseAsync();
        await Task.WhenAll(turns).WaitAsync(Limit);
        foreach (var system in systems)
        {
            await system.DisposeAsync();
        }

        // First come, first served: each system's own in order, and the systems in turn.
        Assert.All(served.GroupBy(x => x.System), own => Assert.Equal(own.Select(x => x.Waiter).Order(), own.Select(x => x.Waiter)));
        Assert.Equal(Enumerable.Range(1, systemCount - 1), served.Take(systemCount - 1).Select(x => x.System));

        // Woken is who is next: a hand-over and a new ticket for each turn. Were all of the nine woken, each release would cost nine attempts.
        Assert.InRange(_transactions / (double)turns.Count, 1, 3);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(Stamp.Between(pair.First, pair.Second) < TimeSpan.FromSeconds(1)));
    }

    private static async Task TakeTurnAsync(CoordinationSystem system, Action turn)
    {
        await using var handle = await system.Lock(Key).AcquireAsync(Limit);
        turn();
    }

    private void Count() => _server.Etcd.Faults.DropRepliesAfterCommit(call =>
    {
        if (call.Method == "Txn")
        {
            Interlocked.Increment(ref _transactions);
        }

        return false;
    });
}
