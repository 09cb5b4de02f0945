using System.Globalization;
using System.Text;

namespace Coordination.Tests.Elections;

/// <summary>Every order of what can happen to an election, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class CandidateMachineWalkTests
{
    // COORDINATION_WALK_SCALE=10 walks ten times as far as a usual run.
    private static readonly int Scale =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_WALK_SCALE"), CultureInfo.InvariantCulture, out var scale) ? scale : 1;
    private static readonly int MostStates = 1_000 * Scale;

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
    public void Every_order_of_events_in_a_small_world_keeps_the_promises(string world)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<Node>();
        queue.Enqueue(new Node(new ElectionWalk(SmallWorlds[world]), null, ""));
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
    [InlineData("orderly", 1)]
    [InlineData("orderly", 2)]
    [InlineData("with vandals", 3)]
    [InlineData("with vandals", 4)]
    public void Long_walks_at_random_keep_the_promises(string world, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 200 * Scale; i++)
        {
            var node = new Node(new ElectionWalk(LargeWorlds[world]), null, "");
            for (var step = 0; step < 200; step++)
            {
                ElectionMove[] moves = [.. node.Walk.Moves()];
                if (moves.Length == 0)
                {
                    break;
                }

                var move = moves[random.Next(moves.Length)];
                node = new Node(node.Walk, node, move.Name);
                Try(node, LargeWorlds[world], () => move.Do(node.Walk));
                if (random.Next(16) == 0)
                {
                    Check(node, LargeWorlds[world]);
                }
            }

            Check(node, LargeWorlds[world]);
        }
    }

    private static void Check(Node node, ElectionWalkBudget budget)
    {
        foreach (var serve in new[] { false, true })
        {
            var calm = node.Walk.Clone();
            var settling = new Node(calm, node, $"(all calms down; candidates {(serve ? "are served" : "withdraw")})");
            Try(settling, budget, () => calm.Settle(serve));
        }
    }

    private static void Try(Node node, ElectionWalkBudget budget, Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{Story(node, budget)}\n=> {node.Walk.Describe()}\n{(e is ElectionWalkException ? "" : e.ToString())}");
        }
    }

    /// <summary>The moves that led here, each with what the machines were like after it.</summary>
    private static string Story(Node last, ElectionWalkBudget budget)
    {
        var names = new Stack<string>();
        for (var node = last; node.Before is not null; node = node.Before)
        {
            names.Push(node.Move);
        }

        var text = new StringBuilder();
        var walk = new ElectionWalk(budget);
        foreach (var name in names)
        {
            text.Append("  ").Append(name);
            try
            {
                walk.Moves().FirstOrDefault(m => m.Name == name)?.Do(walk);
                text.Append("  -> ").Append(walk.Describe()).Append('\n');
            }
            catch (ElectionWalkException e)
            {
                text.Append(" !! ").Append(e.Message).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A walk as it is after a move, and where it came from.</summary>
    private sealed record Node(ElectionWalk Walk, Node? Before, string Move);
}
