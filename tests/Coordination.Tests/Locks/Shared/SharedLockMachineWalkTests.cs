using System.Globalization;
using System.Text;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

/// <summary>Every order of what can happen to a shared lock, as far as it can be explored: exhaustively in small worlds, at random in larger ones.</summary>
public sealed class SharedLockMachineWalkTests
{
    // COORDINATION_WALK_SCALE=10 walks ten times as far as a usual run.
    private static readonly int Scale =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_WALK_SCALE"), CultureInfo.InvariantCulture, out var scale) ? scale : 1;
    private static readonly int MostStates = 1_200 * Scale;

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
    public void S1_S3_S4_S7_S8_L6_Every_order_of_events_in_a_small_world_keeps_the_promises(string world)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<Node>();
        queue.Enqueue(new Node(new SharedLockWalk(SmallWorlds[world]), null, ""));
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
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void S1_S3_S4_S7_S8_L6_Long_walks_at_random_keep_the_promises(int large)
    {
        var world = LargeWorlds[large];
        var random = new Random(large);
        for (var i = 0; i < 80 * Scale; i++)
        {
            var node = new Node(new SharedLockWalk(world), null, "");
            for (var step = 0; step < 200; step++)
            {
                SharedLockMove[] moves = [.. node.Walk.Moves()];
                if (moves.Length == 0)
                {
                    break;
                }

                var move = moves[random.Next(moves.Length)];
                node = new Node(node.Walk, node, move.Name);
                Try(node, world, () => move.Do(node.Walk));
                if (random.Next(40) == 0)
                {
                    Check(node, world);
                }
            }

            Check(node, world);
        }
    }

    private static void Check(Node node, SharedLockWorld world)
    {
        foreach (var serve in new[] { false, true })
        {
            foreach (var straysLast in new[] { false, true })
            {
                var calm = node.Walk.Clone();
                var settling = new Node(calm, node, $"(all calms down; waiters {(serve ? "are served" : "give up")}, strays come {(straysLast ? "last" : "first")})");
                Try(settling, world, () => calm.Settle(serve, straysLast));
            }
        }
    }

    private static void Try(Node node, SharedLockWorld world, Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{Story(node, world)}\n=> {node.Walk.Describe()}\n{(e is LockWalkException ? "" : e.ToString())}");
        }
    }

    /// <summary>The moves that led here, each with what the machines were like after it.</summary>
    private static string Story(Node last, SharedLockWorld world)
    {
        var names = new Stack<string>();
        for (var node = last; node.Before is not null; node = node.Before)
        {
            names.Push(node.Move);
        }

        var text = new StringBuilder();
        var walk = new SharedLockWalk(world);
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
    private sealed record Node(SharedLockWalk Walk, Node? Before, string Move);
}
