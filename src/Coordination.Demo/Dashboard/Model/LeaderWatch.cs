using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Follows who leads each election. etcd does not store since when somebody leads (a candidate may have waited for long), so it is known of changes that were seen.</summary>
internal sealed class LeaderWatch
{
    private static readonly Comparer<KeyValue> Order = Comparer<KeyValue>.Create(static (one, other) =>
        one.CreateRevision.CompareTo(other.CreateRevision) is not 0 and var order ? order : one.Key.CompareTo(other.Key));

    private readonly Dictionary<string, SortedSet<KeyValue>> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);

    /// <summary>Since when the leader of each election leads, as far as it was seen.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Since => _since;

    /// <summary>Begins with candidates whose past is not known.</summary>
    public void Begin(IEnumerable<(string Election, KeyValue Candidate)> candidates)
    {
        _lines.Clear();
        _since.Clear();
        foreach (var (election, candidate) in candidates)
        {
            LineOf(election).Add(candidate);
        }
    }

    /// <summary>Takes over a change of a candidate.</summary>
    /// <param name="election">The election.</param>
    /// <param name="previous">What it was; null when it has come.</param>
    /// <param name="current">What it is; null when it has gone.</param>
    /// <param name="now">The time.</param>
    /// <returns>Who leads from now on; null when that has not changed, or nobody does.</returns>
    public KeyValue? Apply(string election, KeyValue? previous, KeyValue? current, DateTimeOffset now)
    {
        var line = LineOf(election);
        var before = line.Min;
        if (previous is not null)
        {
            line.Remove(previous);
        }

        if (current is not null)
        {
            line.Add(current);
        }

        var after = line.Min;
        if (after is null)
        {
            _lines.Remove(election);
            _since.Remove(election);
            return null;
        }

        if (before is not null && Order.Compare(before, after) == 0)
        {
            return null;
        }

        _since[election] = now;
        return after;
    }

    private SortedSet<KeyValue> LineOf(string election) => _lines.TryGetValue(election, out var line) ? line : _lines[election] = new(Order);
}
