using System.Text;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks.Walks;

/// <summary>
/// Explores a world to the end: every state that can be reached, in every order. Fails when a promise is broken, when somewhere no way of fair moves leads to the end at
/// which everybody was served and nothing is left behind, and when there are more states than it may visit: a walk that stops halfway has shown nothing.
/// </summary>
internal static class LineExplorer
{
    /// <returns>How many states there are.</returns>
    public static int Explore(LineBudget budget, int mostStates)
    {
        var begin = new LineWorld(budget);
        var ids = new Dictionary<string, int> { [begin.Key()] = 0 };
        List<(int Before, string Move)> story = [(-1, "")];
        List<List<int>> fairlyBefore = [[]];
        List<int> goals = begin.IsAtGoal ? [0] : [];
        var queue = new Queue<(int Id, LineWorld World)>();
        queue.Enqueue((0, begin));
        while (queue.TryDequeue(out var node))
        {
            foreach (var move in node.World.Moves())
            {
                var next = node.World.Clone();
                try
                {
                    move.Make(next);
                }
                catch (WalkException e)
                {
                    Assert.Fail($"{e.Message}\n{Story(story, node.Id)}  {move.Name}");
                }

                var key = next.Key();
                if (!ids.TryGetValue(key, out var id))
                {
                    id = ids.Count;
                    ids.Add(key, id);
                    story.Add((node.Id, move.Name));
                    fairlyBefore.Add([]);
                    if (next.Problem() is { } problem)
                    {
                        Assert.Fail($"{problem}\n{Story(story, id)}");
                    }

                    if (next.IsAtGoal)
                    {
                        goals.Add(id);
                    }

                    Assert.True(id < mostStates, $"The walk has not come to its end after {mostStates} states.");
                    queue.Enqueue((id, next));
                }

                if (move.IsFair)
                {
                    fairlyBefore[id].Add(node.Id);
                }
            }
        }

        var stuck = Stuck(fairlyBefore, goals);
        if (stuck >= 0)
        {
            Assert.Fail($"stuck, or something is left behind: no fair way leads to the end\n{Story(story, stuck)}\n{ids.First(x => x.Value == stuck).Key}");
        }

        return ids.Count;
    }

    private static int Stuck(List<List<int>> fairlyBefore, List<int> goals)
    {
        var isGood = new bool[fairlyBefore.Count];
        var todo = new Stack<int>(goals);
        goals.ForEach(goal => isGood[goal] = true);
        while (todo.TryPop(out var good))
        {
            foreach (var before in fairlyBefore[good])
            {
                if (!isGood[before])
                {
                    isGood[before] = true;
                    todo.Push(before);
                }
            }
        }

        return Array.IndexOf(isGood, false);
    }

    private static string Story(List<(int Before, string Move)> story, int id)
    {
        var moves = new Stack<string>();
        for (; id > 0; id = story[id].Before)
        {
            moves.Push(story[id].Move);
        }

        var text = new StringBuilder();
        foreach (var move in moves)
        {
            text.Append("  ").Append(move).Append('\n');
        }

        return text.ToString();
    }
}
