using System.Collections.Immutable;
using Coordination.Locks.Line;
using Xunit.Abstractions;

namespace Coordination.Tests.Locks.Walks;

/// <summary>Every order of what can happen to a lock in small worlds, each explored to its end.</summary>
public sealed class LineWalkTests(ITestOutputHelper output)
{
    private const int MostStates = 1_000_000;

    private static readonly Dictionary<string, LineBudget> Worlds = new()
    {
        ["two systems"] = Mutexes(1, 1),
        ["two systems that come again"] = Mutexes(2, 1) with { HasEarlyLooks = false },
        ["a lost request or reply"] = Mutexes(1, 1) with { Losses = 1 },
        ["refusals"] = Mutexes(1, 1) with { Refusals = 1 },
        ["withdrawals"] = Mutexes(1, 1) with { Withdrawals = 1 },
        ["a withdrawal and a lost reply"] = Mutexes(1, 1) with { Withdrawals = 1, Losses = 1, HasEarlyLooks = false },
        ["a lost session"] = Mutexes(1, 1) with { SessionLosses = 1, HasEarlyLooks = false },
        ["a lost note"] = Mutexes(1, 1) with { NotesLost = 1 },
        ["a foreign program"] = Mutexes(1, 1) with { Foreigners = 1, HasEarlyLooks = false },
        ["a vandal"] = Mutexes(1, 1) with { Vandals = 1, HasEarlyLooks = false },
        ["a stale lease"] = Mutexes(1, 1) with { Ageings = 1 },
        ["long holds"] = Mutexes(1, 1) with { HoldsLong = true, HasEarlyLooks = false },
        ["leases of their own"] = Mutexes(1, 1) with { IsTold = false },
        ["a dead head"] = Mutexes(1, 1) with { HasDeadHeads = true, Foreigners = 1, HasEarlyLooks = false },
        ["tries"] = Mutexes(2, 1) with { Tries = [1, 3], Losses = 1, HasEarlyLooks = false },
        ["one that takes its chance"] = Mutexes(1, 1) with { Wants = [[LockTerms.Alone with { IsFair = false }], [LockTerms.Alone]], HasEarlyLooks = false },
        ["a writer and a reader"] = Shared([LockTerms.Write], [LockTerms.Read]),
        ["a writer, a reader and a lost reply"] = Shared([LockTerms.Write], [LockTerms.Read]) with { Losses = 1 },
        ["a writer, a reader and a withdrawal"] = Shared([LockTerms.Write], [LockTerms.Read]) with { Withdrawals = 1 },
        ["a writer, a reader and a lost session"] = Shared([LockTerms.Write], [LockTerms.Read]) with { SessionLosses = 1, HasEarlyLooks = false },
        ["a writer, a reader and a vandal"] = Shared([LockTerms.Write], [LockTerms.Read]) with { Vandals = 1, HasEarlyLooks = false },
        ["permits"] = Permits([LockTerms.Of(1, 2)], [LockTerms.Of(2, 2)]),
        ["permits and a lost reply"] = Permits([LockTerms.Of(2, 2)], [LockTerms.Of(1, 2)]) with { Losses = 1, Tries = [2] },
        ["permits and a stale lease"] = Permits([LockTerms.Of(2, 2)], [LockTerms.Of(1, 2)]) with { Ageings = 1, Refusals = 1 },
    };

    // They take minutes each: for a night, with COORDINATION_WALK_SCALE set.
    private static readonly Dictionary<string, LineBudget> LargeWorlds = new()
    {
        ["three systems"] = Mutexes(1, 1, 1) with { HasEarlyLooks = false },
        ["passing on, and lost replies"] = Mutexes(2, 1) with { Losses = 1, HasEarlyLooks = false },
        ["withdrawals in a queue"] = Mutexes(2, 1) with { Withdrawals = 1, HasEarlyLooks = false },
        ["a lost session and a lost reply"] = Mutexes(1, 1) with { SessionLosses = 1, Losses = 1, HasEarlyLooks = false },
        ["leaving for a foreign program"] = Mutexes(2, 1) with { Foreigners = 1, MaxHandOvers = 1, HasEarlyLooks = false },
        ["a vandal, and long holds"] = Mutexes(1, 1) with { Vandals = 1, HoldsLong = true },
        ["a dead head, and early looks"] = Mutexes(1, 1) with { HasDeadHeads = true, Foreigners = 1 },
        ["a lost session, and early looks"] = Mutexes(1, 1) with { SessionLosses = 1 },
        ["readers and a writer"] = Shared([LockTerms.Read, LockTerms.Read], [LockTerms.Write]) with { HasEarlyLooks = false },
        ["permits for three"] = Permits([LockTerms.Of(1, 2), LockTerms.Of(2, 2)], [LockTerms.Of(1, 2)]) with { HasEarlyLooks = false },
    };

    private static readonly bool IsNight = Environment.GetEnvironmentVariable("COORDINATION_WALK_SCALE") is { Length: > 0 };

    public static TheoryData<string> Names => [.. Worlds.Keys, .. IsNight ? LargeWorlds.Keys : (IEnumerable<string>)[]];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_order_in_a_small_world_keeps_the_promises_and_comes_to_a_good_end(string world) =>
        output.WriteLine($"{world}: {LineExplorer.Explore(Worlds.GetValueOrDefault(world) ?? LargeWorlds[world], MostStates)} states");

    private static LineBudget Mutexes(params int[] wants) => new()
    {
        Form = LockForm.Mutex, Wants = [.. wants.Select(n => Enumerable.Repeat(LockTerms.Alone, n).ToImmutableArray())],
    };

    private static LineBudget Shared(params LockTerms[][] wants) => new() { Form = LockForm.ReaderWriter, Wants = [.. wants.Select(w => w.ToImmutableArray())] };

    private static LineBudget Permits(params LockTerms[][] wants) => new() { Form = LockForm.Semaphore, Wants = [.. wants.Select(w => w.ToImmutableArray())] };
}
