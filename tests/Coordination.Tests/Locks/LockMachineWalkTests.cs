using System.Globalization;
using System.Text;

namespace Coordination.Tests.Locks;

/// <summary>Every order of what can happen to a lock, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class LockMachineWalkTests
{
    // COORDINATION_WALK_SCALE=10 walks ten times as far as a usual run.
    private static readonly int Scale =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_WALK_SCALE"), CultureInfo.InvariantCulture, out var scale) ? scale : 1;
    private static readonly int MostStates = 6_000 * Scale;

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
    public void Every_order_of_events_in_a_small_world_keeps_the_promises(string world)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<Node>();
        queue.Enqueue(new Node(new LockWalk(SmallWorlds[world]), null, ""));
        while (queue.TryDequeue(out var node) && seen.Count < MostStates)
        {
            Check(node, SmallWorlds[world]);
            foreach (var move in node.Walk.Moves())
            {
                var next = new Node(node.Walk.Clone(), node, move.Name);
                Try(next, SmallWorlds[world], () => move.Do(next.Walk));
                if (seen.Add(next.Walk.Fingerprint()))
                {
                    queue.Enqueue(next);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Long_walks_at_random_keep_the_promises(int seed, bool inbox)
    {
        var random = new Random(seed);
        var world = LargeWorld with { Inbox = inbox };
        for (var i = 0; i < 500 * Scale; i++)
        {
            var node = new Node(new LockWalk(world), null, "");
            for (var step = 0; step < 150; step++)
            {
                LockMove[] moves = [.. node.Walk.Moves()];
                if (moves.Length == 0)
                {
                    break;
                }

                var move = moves[random.Next(moves.Length)];
                node = new Node(node.Walk, node, move.Name);
                Try(node, world, () => move.Do(node.Walk));
                if (random.Next(8) == 0)
                {
                    Check(node, world);
                }
            }

            Check(node, world);
        }
    }

    private static void Check(Node node, LockWalkBudget budget)
    {
        foreach (var serve in new[] { false, true })
        {
            foreach (var straysLast in new[] { false, true })
            {
                var calm = node.Walk.Clone();
                var settling = new Node(calm, node, $"(all calms down; waiters {(serve ? "are served" : "give up")}, strays come {(straysLast ? "last" : "first")})");
                Try(settling, budget, () => calm.Settle(serve, straysLast));
            }
        }
    }

    private static void Try(Node node, LockWalkBudget budget, Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{Story(node, budget)}\n=> {node.Walk.Describe()}\n{(e is LockWalkException ? "" : e.ToString())}");
        }
    }

    /// <summary>The moves that led here, each with what the machine was like after it.</summary>
    private static string Story(Node last, LockWalkBudget budget)
    {
        var names = new Stack<string>();
        for (var node = last; node.Before is not null; node = node.Before)
        {
            names.Push(node.Move);
        }

        var text = new StringBuilder();
        var walk = new LockWalk(budget);
        foreach (var name in names)
        {
            text.Append("  ").Append(name);
            try
            {
                walk.Moves().FirstOrDefault(m => m.Name == name)?.Do(walk);
                text.Append("  -> ").Append(walk.Describe()).Append('\n');
            }
            catch (LockWalkException e)
            {
                text.Append("  -> ").Append(walk.Describe()).Append(" !! ").Append(e.Message).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A walk as it is after a move, and where it came from.</summary>
    private sealed record Node(LockWalk Walk, Node? Before, string Move);
}
