using Coordination.Tests.Walks;
using Xunit.Abstractions;

namespace Coordination.Tests.Journal;

/// <summary>Every order of what can happen to a journal, to the end in small worlds and at random in a large one.</summary>
public sealed class JournalWalkTests(ITestOutputHelper output)
{
    private const int MostStates = 200_000;

    private static readonly Dictionary<string, JournalWalkWorld> SmallWorlds = new()
    {
        ["writes alone"] = new("a b ab c a b"),
        ["writes with keys in common"] = new("ab b a bc ac"),
        ["a lost reply"] = new("a b ab a") { Losses = 1 },
        ["two lost replies"] = new("a b ab a") { Losses = 2 },
        ["three lost replies"] = new("a b a") { Losses = 3 },
        ["lost replies, one batch at a time"] = new("a b c a") { Losses = 3, InFlight = 1 },
        ["lost replies, one write in a batch"] = new("a b c a") { Losses = 2, Together = 1 },
        ["lost replies, three batches at a time"] = new("a b c") { Losses = 2, Together = 1, InFlight = 3 },
        ["refusals"] = new("a b ab a") { Refusals = 2, Losses = 1 },
        ["a write that etcd refuses"] = new("a b c a") { Poisoned = 1, Losses = 2 },
        ["the fence is deleted"] = new("a b a") { Deletions = 2, Losses = 1 },
        ["the lease ends"] = new("a b a") { Ends = true, Losses = 2 },
        ["the lease ends, and a member cannot serve"] = new("a b a") { Ends = true, Losses = 1, Refusals = 1 },
        ["no permission for the fence"] = new("a b a") { IsBarred = true, Losses = 1, Ends = true },
        ["the permission for the fence goes"] = new("a b c a") { MayBeBarred = true, Losses = 2 },
        ["all at once"] = new("a b a") { Losses = 1, Refusals = 1, Deletions = 1, Ends = true, MayBeBarred = true, Poisoned = 1 },
    };

    public static TheoryData<string> Worlds => [.. SmallWorlds.Keys];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Every_order_of_events_in_a_small_world_keeps_the_promises(string world) =>
        output.WriteLine($"{world}: {WalkerIn(SmallWorlds[world]).ToTheEnd(MostStates)} states");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Long_walks_at_random_keep_the_promises(int seed) =>
        WalkerIn(new("a b ab c a b d c a bd a b c d") { Losses = 5, Refusals = 2, Deletions = 1, Poisoned = 9, InFlight = 3, Together = 3 })
            .AtRandom(seed, walks: 3_000, steps: 120, settleEvery: 10);

    private static Walker<JournalWalk> WalkerIn(JournalWalkWorld world) => new(() => new JournalWalk(world),
    [
        new("(all calms down; strays come first)", walk => walk.Settle(straysLast: false)),
        new("(all calms down; strays come last)", walk => walk.Settle(straysLast: true)),
    ]);
}
