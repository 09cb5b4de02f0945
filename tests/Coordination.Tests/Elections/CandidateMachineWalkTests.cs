using Coordination.Tests.Walks;

namespace Coordination.Tests.Elections;

/// <summary>Every order of what can happen to an election, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class CandidateMachineWalkTests
{
    private const int MostStates = 1_000;

    private static readonly Dictionary<string, ElectionWalkBudget> SmallWorlds = new()
    {
        ["two candidates"] = new() { Resignations = 2 },
        ["a candidate that gives up"] = new() { Withdrawals = 1, Unknown = 1 },
        ["lost replies"] = new() { Priorities = [0], Unknown = 2, Foreigners = 1, Proclamations = 1 },
        ["another program"] = new() { Priorities = [0], Foreigners = 2, Fallbacks = 1, Resyncs = 1 },
        ["a lost session"] = new() { SessionLosses = 1, Ageings = 1 },
        ["a vandal who deletes"] = new() { Deletions = 1, Proclamations = 1 },
        ["a vandal who overwrites"] = new() { Priorities = [0], Overwrites = 1, Foreigners = 1, Resyncs = 1 },
        ["a revoked lease"] = new() { Revocations = 1, Unknown = 1 },
        ["a preferred candidate"] = new() { Priorities = [0, 1, 0] },
        ["a transfer"] = new() { Priorities = [0, 0, 0], Transfers = 1, Foreigners = 1 },
        ["a wish"] = new() { Priorities = [0, 0], Wishes = 1, Unknown = 1 },
        ["proclamations"] = new() { Priorities = [0], Proclamations = 2, Unknown = 1, Overwrites = 1, Resyncs = 1 },
    };

    private static readonly Dictionary<string, ElectionWalkBudget> LargeWorlds = new()
    {
        ["orderly"] = new()
        {
            Priorities = [0, 0, 1], Unknown = 4, Refused = 2, Foreigners = 2, SessionLosses = 3, Ageings = 2, Resyncs = 3, Fallbacks = 2, Withdrawals = 1,
            Resignations = 2, Proclamations = 3, Transfers = 2, Wishes = 1,
        },
        ["with vandals"] = new()
        {
            Priorities = [0, 1, 0], Unknown = 4, Refused = 2, Foreigners = 2, Deletions = 2, Overwrites = 2, Revocations = 2, SessionLosses = 2, Ageings = 2,
            Resyncs = 3, Fallbacks = 2, Withdrawals = 1, Resignations = 2, Proclamations = 3, Transfers = 2, Wishes = 1,
        },
    };

    public static TheoryData<string> Worlds => [.. SmallWorlds.Keys];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Every_order_of_events_in_a_small_world_keeps_the_promises(string world) => WalkerIn(SmallWorlds[world]).InEveryOrder(MostStates);

    [Theory]
    [InlineData("orderly", 1)]
    [InlineData("orderly", 2)]
    [InlineData("with vandals", 3)]
    [InlineData("with vandals", 4)]
    public void Long_walks_at_random_keep_the_promises(string world, int seed) => WalkerIn(LargeWorlds[world]).AtRandom(seed, walks: 200, steps: 200, settleEvery: 16);

    private static Walker<ElectionWalk> WalkerIn(ElectionWalkBudget world) => new(() => new ElectionWalk(world),
    [
        new("(all calms down; candidates withdraw)", walk => walk.Settle(serve: false)),
        new("(all calms down; candidates are served)", walk => walk.Settle(serve: true)),
    ]);
}
