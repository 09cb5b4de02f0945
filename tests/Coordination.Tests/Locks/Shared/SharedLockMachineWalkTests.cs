using Coordination.Locks.Shared;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks.Shared;

/// <summary>Every order of what can happen to a shared lock, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class SharedLockMachineWalkTests
{
    private const int MostStates = 1_200;

    private static readonly SharedAsk[] ReadWrite = [SharedAsk.Read, SharedAsk.Write];
    private static readonly SharedAsk[] Permits = [SharedAsk.Of(1, 2), SharedAsk.Of(2, 2)];
    private static readonly SharedAsk[] Limits = [SharedAsk.Of(1, 2), SharedAsk.Of(1, 3)];

    private static readonly Dictionary<string, SharedLockWorld> SmallWorlds = new()
    {
        ["readers and writers"] = new(SharedKind.ReaderWriter, ReadWrite) { Acquires = 2, Withdrawals = 1 },
        ["writers only"] = new(SharedKind.ReaderWriter, SharedAsk.Write) { Acquires = 1, Systems = 3 },
        ["permits"] = new(SharedKind.Semaphore, Permits) { Acquires = 2, Withdrawals = 1 },
        ["many single permits"] = new(SharedKind.Semaphore, SharedAsk.Of(1, 2)) { Acquires = 2, Systems = 3 },
        ["two limits"] = new(SharedKind.Semaphore, Limits) { Acquires = 1, Systems = 3, Withdrawals = 1 },
        ["tries"] = new(SharedKind.ReaderWriter, ReadWrite) { Tries = 1, Unknown = 1 },
        ["tries of permits"] = new(SharedKind.Semaphore, Permits) { Tries = 1, Refused = 1 },
        ["lost replies"] = new(SharedKind.ReaderWriter, SharedAsk.Write) { Unknown = 2 },
        ["lost replies to readers"] = new(SharedKind.ReaderWriter, ReadWrite) { Unknown = 2, Withdrawals = 1 },
        ["a vandal"] = new(SharedKind.ReaderWriter, SharedAsk.Write) { Deletes = 1, Overwrites = 1 },
        ["a vandal among permits"] = new(SharedKind.Semaphore, SharedAsk.Of(1, 2)) { Deletes = 2, Overwrites = 1, Acquires = 2 },
        ["lost sessions"] = new(SharedKind.ReaderWriter, ReadWrite) { SessionLosses = 1, Unknown = 1 },
        ["a stale lease"] = new(SharedKind.Semaphore, SharedAsk.Of(2, 2)) { Ageings = 2, SessionLosses = 1 },
        ["a cut history"] = new(SharedKind.Semaphore, SharedAsk.Of(2, 3)) { Cuts = 2, Deletes = 1, Acquires = 2 },
        ["failing actors"] = new(SharedKind.ReaderWriter, ReadWrite) { Crashes = 2, Unknown = 1 },
        ["the limit of unknown outcomes"] = new(SharedKind.ReaderWriter, SharedAsk.Write) { Unknown = 3, MaxUnresolved = 2, Systems = 1, Acquires = 2 },
        ["the limit in line"] = new(SharedKind.Semaphore, SharedAsk.Of(1, 1)) { Acquires = 3, MaxInLine = 1, Unknown = 1, Tries = 1 },
    };

    private static readonly SharedLockWorld[] LargeWorlds =
    [
        new(SharedKind.ReaderWriter, ReadWrite)
        {
            Acquires = 4, Tries = 2, Unknown = 4, Refused = 2, Deletes = 2, Overwrites = 1, SessionLosses = 2, Ageings = 3, Cuts = 2, Fallbacks = 2,
            Withdrawals = 3, Crashes = 1, MaxInLine = 2, MaxUnresolved = 3, Systems = 3,
        },
        new(SharedKind.Semaphore, [.. Permits, SharedAsk.Of(1, 3)])
        {
            Acquires = 4, Tries = 2, Unknown = 4, Refused = 2, Deletes = 2, Overwrites = 1, SessionLosses = 2, Ageings = 3, Cuts = 2, Fallbacks = 2,
            Withdrawals = 3, Crashes = 1, MaxInLine = 3, MaxUnresolved = 3, Systems = 3,
        },
        new(SharedKind.Semaphore, [SharedAsk.Of(1, 4), SharedAsk.Of(2, 4), SharedAsk.Of(3, 4)]) { Acquires = 6, Withdrawals = 3, Systems = 3, SessionLosses = 1 },
        new(SharedKind.ReaderWriter, ReadWrite) { Acquires = 6, Withdrawals = 3, Systems = 3, SessionLosses = 1, Unknown = 2 },
    ];

    public static TheoryData<string> Worlds => [.. SmallWorlds.Keys];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void S1_S3_S4_S7_S8_L6_Every_order_of_events_in_a_small_world_keeps_the_promises(string world) => WalkerIn(SmallWorlds[world]).InEveryOrder(MostStates);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void S1_S3_S4_S7_S8_L6_Long_walks_at_random_keep_the_promises(int large) =>
        WalkerIn(LargeWorlds[large]).AtRandom(large, walks: 80, steps: 200, settleEvery: 40);

    private static Walker<SharedLockWalk> WalkerIn(SharedLockWorld world) => new(() => new SharedLockWalk(world),
    [
        new("(all calms down; waiters give up, strays come first)", walk => walk.Settle(serve: false, straysLast: false)),
        new("(all calms down; waiters give up, strays come last)", walk => walk.Settle(serve: false, straysLast: true)),
        new("(all calms down; waiters are served, strays come first)", walk => walk.Settle(serve: true, straysLast: false)),
        new("(all calms down; waiters are served, strays come last)", walk => walk.Settle(serve: true, straysLast: true)),
    ]);
}
