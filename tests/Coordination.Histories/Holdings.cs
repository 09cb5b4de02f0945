using System.Globalization;

namespace Coordination.Histories;

/// <summary>Somebody held something for certain from one instant to another, both included. What lies between the last proof and the end does not count.</summary>
/// <param name="What">A lock, a semaphore, an election.</param>
/// <param name="Who">The holder.</param>
/// <param name="Token">The token, or the term.</param>
/// <param name="From">The first instant.</param>
/// <param name="Until">The last instant.</param>
internal sealed record Holding(string What, string Who, long Token, long From, long Until)
{
    /// <summary>What it takes: 1 is all of it.</summary>
    public double Share { get; init; } = 1;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Who} with token {Token} from {From} to {Until}");
}

/// <summary>
/// Whether holdings are those of a lock: a register that one holder at a time owns, a semaphore, or an election. etcd orders them by their tokens, so they are
/// linearizable when that order is also the order in real time and no two overlap. S1 to S8 are the promises of docs/faults.md, "What is always true".
/// </summary>
internal static class Holdings
{
    private const double Rounding = 0.000001;

    public static IEnumerable<string> Violations(IEnumerable<Holding> holdings)
    {
        foreach (var same in holdings.GroupBy(static h => h.What))
        {
            var ordered = same.OrderBy(static h => h.From).ThenBy(static h => h.Token).ToList();
            foreach (var violation in TooMany(ordered).Concat(TokensGrow(ordered)))
            {
                yield return violation;
            }
        }
    }

    /// <summary>S8 and S7: each token is of a reign in etcd that its holder began, and nobody held it after etcd had shown the end of that reign.</summary>
    public static IEnumerable<string> AgainstStore(IEnumerable<Holding> holdings, IEnumerable<Reign> reigns, Func<Reign, string, bool> isOf)
    {
        var known = reigns.Where(static r => r.Token > 0).GroupBy(static r => r.Token).ToDictionary(static r => r.Key, static r => r.Last());
        foreach (var holding in holdings)
        {
            if (!known.TryGetValue(holding.Token, out var reign) || !isOf(reign, holding.Who))
            {
                yield return $"S8: {holding.What} was held by {holding}, and etcd never gave it";
            }
            else if (reign.EndSeenAt < holding.Until)
            {
                yield return $"S7: {holding.What} was still held by {holding} after etcd had shown its end at {reign.EndSeenAt} (revision {reign.EndRevision})";
            }
        }
    }

    /// <summary>S1: at no instant more than all of it is held.</summary>
    private static IEnumerable<string> TooMany(List<Holding> ordered)
    {
        var held = new PriorityQueue<Holding, long>();
        var share = 0.0;
        foreach (var next in ordered)
        {
            while (held.TryPeek(out var earliest, out var until) && until < next.From)
            {
                held.Dequeue();
                share -= earliest.Share;
            }

            if (share + next.Share > 1 + Rounding)
            {
                yield return $"S1: {next.What} is held by {next}, and by {string.Join(" and ", held.UnorderedItems.Select(static h => h.Element))}";
            }

            held.Enqueue(next, next.Until);
            share += next.Share;
        }
    }

    /// <summary>S4: who takes all of it later has the larger token, and nobody shares one.</summary>
    private static IEnumerable<string> TokensGrow(List<Holding> ordered)
    {
        Holding? newest = null;
        foreach (var next in ordered.Where(static h => h.Share >= 1))
        {
            if (newest is not null && (next.Token < newest.Token || (next.Token == newest.Token && next.Who != newest.Who)))
            {
                yield return $"S4: {next.What} is held by {next}, after {newest}";
            }

            newest = newest is null || next.Token > newest.Token ? next : newest;
        }
    }
}
