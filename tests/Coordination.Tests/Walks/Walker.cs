using System.Globalization;
using System.Text;

namespace Coordination.Tests.Walks;

/// <summary>Walks through what can happen: in every order, as far as that goes, or at random. A promise that is broken fails the test with the story of the walk.</summary>
/// <param name="begin">A walk at its beginning.</param>
/// <param name="settlings">Ways in which all can calm down. They are tried on the way, each on a copy: wherever a walk is, it must be able to end well.</param>
internal sealed class Walker<TWalk>(Func<TWalk> begin, params IReadOnlyList<WalkMove<TWalk>> settlings)
    where TWalk : IWalk<TWalk>
{
    // COORDINATION_WALK_SCALE=10 walks ten times as far as a usual run.
    private static readonly int Scale =
        int.TryParse(Environment.GetEnvironmentVariable("COORDINATION_WALK_SCALE"), CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    /// <summary>All orders, the short ones first, until so many states were seen.</summary>
    public void InEveryOrder(int mostStates)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<Node>();
        queue.Enqueue(new Node(begin(), null, ""));
        while (queue.TryDequeue(out var node) && seen.Count < mostStates * Scale)
        {
            Settle(node);
            foreach (var move in node.Walk.Moves())
            {
                var next = new Node(node.Walk.Clone(), node, move.Name);
                Try(next, move);
                if (seen.Add(next.Walk.Fingerprint()))
                {
                    queue.Enqueue(next);
                }
            }
        }
    }

    /// <summary>All orders, to the end: nothing is left to be tried. Fails when there are more states than that.</summary>
    /// <returns>How many states there are.</returns>
    public int ToTheEnd(int mostStates)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<Node>();
        var first = begin();
        seen.Add(first.Fingerprint());
        queue.Enqueue(new Node(first, null, ""));
        while (queue.TryDequeue(out var node))
        {
            Settle(node);
            foreach (var move in node.Walk.Moves())
            {
                var next = new Node(node.Walk.Clone(), node, move.Name);
                Try(next, move);
                if (seen.Add(next.Walk.Fingerprint()))
                {
                    queue.Enqueue(next);
                }
            }

            // Its successors need its name only.
            node.Walk = default!;
            Assert.True(seen.Count <= mostStates, $"Not walked to the end: there are more than {mostStates} states.");
        }

        return seen.Count;
    }

    /// <summary>At random.</summary>
    /// <param name="seed">What makes it repeatable.</param>
    /// <param name="walks">So many walks.</param>
    /// <param name="steps">Of so many moves each, at most.</param>
    /// <param name="settleEvery">After one of so many moves all calms down, and at the end.</param>
    public void AtRandom(int seed, int walks, int steps, int settleEvery)
    {
        var random = new Random(seed);
        for (var i = 0; i < walks * Scale; i++)
        {
            var node = new Node(begin(), null, "");
            for (var step = 0; step < steps; step++)
            {
                WalkMove<TWalk>[] moves = [.. node.Walk.Moves()];
                if (moves.Length == 0)
                {
                    break;
                }

                var move = moves[random.Next(moves.Length)];
                node = new Node(node.Walk, node, move.Name);
                Try(node, move);
                if (random.Next(settleEvery) == 0)
                {
                    Settle(node);
                }
            }

            Settle(node);
        }
    }

    private void Settle(Node node)
    {
        foreach (var settling in settlings)
        {
            Try(new Node(node.Walk.Clone(), node, settling.Name), settling);
        }
    }

    private void Try(Node node, WalkMove<TWalk> move)
    {
        try
        {
            move.Do(node.Walk);
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{Story(node)}\n=> {node.Walk.Describe()}\n{(e is WalkException ? "" : e.ToString())}");
        }
    }

    /// <summary>The moves that led here, each with what the machines were like after it.</summary>
    private string Story(Node last)
    {
        var names = new Stack<string>();
        for (var node = last; node.Before is not null; node = node.Before)
        {
            names.Push(node.Move);
        }

        var text = new StringBuilder();
        var walk = begin();
        foreach (var name in names)
        {
            text.Append("  ").Append(name);
            try
            {
                walk.Moves().FirstOrDefault(m => m.Name == name)?.Do(walk);
                text.Append("  -> ").Append(walk.Describe()).Append('\n');
            }
            catch (WalkException e)
            {
                text.Append("  -> ").Append(walk.Describe()).Append(" !! ").Append(e.Message).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A walk as it is after a move, and where it came from.</summary>
    private sealed record Node(TWalk Walk, Node? Before, string Move)
    {
        public TWalk Walk { get; set; } = Walk;
    }
}
