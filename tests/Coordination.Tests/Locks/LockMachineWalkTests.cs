using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks;

/// <summary>Every order of what can happen to a lock, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class LockMachineWalkTests
{
    private const int MostStates = 6_000;

    private static readonly Dictionary<string, LockWalkBudget> SmallWorlds = new()
    {
        ["a competitor"] = new() { Acquires = 2, Tries = 1, ForeignPuts = 2 },
        ["lost replies"] = new() { Acquires = 1, Unknown = 2, ForeignPuts = 1 },
        ["lost replies and a cut history"] = new() { Acquires = 1, Unknown = 1, ForeignPuts = 1, ForeignDeletes = 1, Resyncs = 1, Fallbacks = 0 },
        ["a vandal"] = new() { Acquires = 2, ForeignPuts = 1, ForeignOverwrites = 1, ForeignDeletes = 1, Withdrawals = 0 },
        ["a lost session"] = new() { Acquires = 2, Unknown = 1, SessionLosses = 1, Withdrawals = 0 },
        ["a stale lease"] = new() { Acquires = 1, ForeignPuts = 1, Ageings = 2, SessionLosses = 1 },
        ["refusals"] = new() { Acquires = 1, Tries = 1, Refused = 2, Unknown = 1 },
        ["a line"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 2, Fallbacks = 0 },
        ["a line behind us"] = new() { Acquires = 2, ForeignPuts = 1, Foreigners = 1, Fallbacks = 0, Withdrawals = 0 },
        ["a line with lost replies"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 1, Unknown = 1, Fallbacks = 0 },
        ["a line and a lost session"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 1, SessionLosses = 1, Fallbacks = 0, Withdrawals = 0 },
        ["an old line"] = new() { Acquires = 2, ForeignPuts = 1, Foreigners = 1, OldTickets = true, Fallbacks = 0 },
        ["an inbox"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 1, Inbox = true, Fallbacks = 0, Withdrawals = 0 },
        ["an inbox, and who comes after us"] = new() { Acquires = 2, Foreigners = 1, Inbox = true, Fallbacks = 0 },
        ["an inbox and lost replies"] = new() { Acquires = 2, ForeignPuts = 1, Foreigners = 1, Unknown = 1, Inbox = true, Fallbacks = 0, Withdrawals = 0 },
        ["an inbox and a lost session"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 1, SessionLosses = 1, Inbox = true, Fallbacks = 0, Withdrawals = 0 },
        ["an inbox and a failing actor"] = new() { Acquires = 1, ForeignPuts = 1, Crashes = 1, Inbox = true, Fallbacks = 0, Withdrawals = 0 },
        ["passing on"] = new() { Acquires = 3, Unknown = 1, ForeignDeletes = 1, Fallbacks = 0 },
        ["a failing actor"] = new() { Acquires = 2, ForeignPuts = 1, Crashes = 1, Fallbacks = 0, Withdrawals = 0 },
        ["a failing actor in line"] = new() { Acquires = 1, ForeignPuts = 1, Foreigners = 1, Crashes = 1, Unknown = 1, Fallbacks = 0, Withdrawals = 0 },
        ["the limit of unknown outcomes"] = new() { Acquires = 2, Unknown = 3, Fallbacks = 0, MaxUnresolved = 2 },
    };

    private static readonly LockWalkBudget LargeWorld = new()
    {
        Acquires = 6, Tries = 3, Unknown = 5, Refused = 2, ForeignPuts = 4, ForeignOverwrites = 2, ForeignDeletes = 3, SessionLosses = 3, Ageings = 3,
        Resyncs = 3, Fallbacks = 3, Withdrawals = 4, MaxUnresolved = 4, Foreigners = 5, Crashes = 1,
    };

    public static TheoryData<string> Worlds => [.. SmallWorlds.Keys];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Every_order_of_events_in_a_small_world_keeps_the_promises(string world) => WalkerIn(SmallWorlds[world]).InEveryOrder(MostStates);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Long_walks_at_random_keep_the_promises(int seed, bool inbox) =>
        WalkerIn(LargeWorld with { Inbox = inbox }).AtRandom(seed, walks: 500, steps: 150, settleEvery: 8);

    private static Walker<LockWalk> WalkerIn(LockWalkBudget world) => new(() => new LockWalk(world),
    [
        new("(all calms down; waiters give up, strays come first)", walk => walk.Settle(serve: false, straysLast: false)),
        new("(all calms down; waiters give up, strays come last)", walk => walk.Settle(serve: false, straysLast: true)),
        new("(all calms down; waiters are served, strays come first)", walk => walk.Settle(serve: true, straysLast: false)),
        new("(all calms down; waiters are served, strays come last)", walk => walk.Settle(serve: true, straysLast: true)),
    ]);
}
