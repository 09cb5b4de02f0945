using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>Makes a failing script smaller as long as it still fails.</summary>
internal static class Shrinker
{
    public static async Task<List<IMessage>> ShrinkAsync(List<IMessage> script, Func<IReadOnlyList<IMessage>, Task<bool>> fails, int maxRuns)
    {
        for (var chunk = script.Count / 2; chunk > 0; chunk /= 2)
        {
            for (var at = script.Count - chunk; at >= 0; at -= chunk)
            {
                List<IMessage> candidate = [.. script.Take(at), .. script.Skip(at + chunk)];
                if (maxRuns-- > 0 && await fails(candidate))
                {
                    script = candidate;
                    at = Math.Min(at, script.Count);
                }
            }
        }

        for (var i = 0; i < script.Count; i++)
        {
            foreach (var smaller in Smaller(script[i]).ToList())
            {
                List<IMessage> candidate = [.. script.Take(i), smaller, .. script.Skip(i + 1)];
                if (maxRuns-- > 0 && await fails(candidate))
                {
                    script = candidate;
                    i--;
                    break;
                }
            }
        }

        return script;
    }

    // A transaction without one of its parts.
    private static IEnumerable<IMessage> Smaller(IMessage request)
    {
        if (request is not TxnRequest txn)
        {
            yield break;
        }

        for (var i = 0; i < txn.Compare.Count; i++)
        {
            var smaller = txn.Clone();
            smaller.Compare.RemoveAt(i);
            yield return smaller;
        }

        for (var i = 0; i < txn.Success.Count; i++)
        {
            var smaller = txn.Clone();
            smaller.Success.RemoveAt(i);
            yield return smaller;
        }

        for (var i = 0; i < txn.Failure.Count; i++)
        {
            var smaller = txn.Clone();
            smaller.Failure.RemoveAt(i);
            yield return smaller;
        }
    }
}
