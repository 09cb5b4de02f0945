using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Elections.Bench;

/// <summary>What was said and seen in a storm, held against what an election promises.</summary>
internal sealed class StormCheck
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, string> _elected = [];
    private readonly List<(string Life, long Term, long At)> _claims = [];
    private readonly List<(long Term, long Revision)> _writes = [];
    private readonly Dictionary<string, List<(long Revision, long Term, int Skipped)>> _seen = [];
    private readonly SortedDictionary<string, int> _counts = [];
    private readonly List<string> _violations = [];
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<TimeSpan> _electedAt = [];

    /// <summary>What a process said.</summary>
    public void Take(string life, string[] words)
    {
        lock (_lock)
        {
            _counts[words[0]] = _counts.GetValueOrDefault(words[0]) + 1;
            switch (words)
            {
                case ["elected", var term, _]:
                    _electedAt.Add(TimeProvider.System.GetElapsedTime(_start));
                    if (!_elected.TryAdd(Number(term), life))
                    {
                        _violations.Add($"two leaders in term {term}: {_elected[Number(term)]} and {life}");
                    }

                    break;
                case ["claim", var term, var from, _]:
                    _claims.Add((life, Number(term), Number(from)));
                    break;
                case ["wrote", var term, var revision]:
                    _writes.Add((Number(term), Number(revision)));
                    break;
                case ["saw", var revision, var term, var skipped]:
                    (_seen.TryGetValue(life, out var list) ? list : _seen[life] = []).Add((Number(revision), Number(term), (int)Number(skipped)));
                    break;
            }
        }
    }

    /// <summary>Faults last for seconds, and so may the time without a leader.</summary>
    private TimeSpan CheckPauses()
    {
        var pauses = _electedAt.Append(TimeProvider.System.GetElapsedTime(_start)).Zip(_electedAt.Prepend(TimeSpan.Zero), (later, earlier) => later - earlier);
        var longest = pauses.Max();
        if (longest > TimeSpan.FromSeconds(15))
        {
            _violations.Add($"nobody was elected for {longest.TotalSeconds:0.0} s");
        }

        return longest;
    }

    /// <summary>Prints the counts; 0 when every promise was kept.</summary>
    /// <param name="history">What became of the candidates in etcd.</param>
    /// <param name="candidates">Their keys.</param>
    public int Report(WrittenHistory history, KeyRange candidates)
    {
        var leaders = history.LeadersOf(candidates).ToList();
        CheckTerms(leaders);
        CheckClaims(leaders);
        CheckWrites();
        var (observers, agreed, gaps) = CheckObservers(leaders);
        foreach (var expected in (string[])["elected", "claim", "wrote", "saw", "done"])
        {
            // A storm in which nothing happens proves nothing.
            if (!_counts.ContainsKey(expected))
            {
                _violations.Add($"no process ever said '{expected}'");
            }
        }

        foreach (var (what, count) in _counts)
        {
            Console.WriteLine($"  {what,-28} {count,7}");
        }

        Console.WriteLine($"  leaders in etcd              {leaders.Where(reign => reign.Token != 0).Select(reign => reign.Token).Distinct().Count(),7}");
        Console.WriteLine($"  observers                    {observers,7}   changes told {agreed}, after a cut (only the latest told) {gaps}");
        Console.WriteLine($"  longest time without an election {CheckPauses().TotalSeconds:0.0} s");
        foreach (var violation in _violations.Take(20))
        {
            Console.WriteLine($"  VIOLATION {violation}");
        }

        Console.WriteLine($"storm: {_violations.Count} violations");
        return _violations.Count == 0 ? 0 : 1;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Terms strictly increase in the history of etcd.</summary>
    private void CheckTerms(List<Reign> leaders)
    {
        var last = 0L;
        foreach (var reign in leaders.Where(reign => reign.Token != 0))
        {
            if (reign.Token < last)
            {
                _violations.Add($"at revision {reign.Began} the term went back from {last} to {reign.Token}");
            }

            last = Math.Max(last, reign.Token);
        }

        var led = leaders.Select(reign => reign.Token).ToHashSet();
        _violations.AddRange(_elected.Keys.Where(term => !led.Contains(term)).Select(term => $"{_elected[term]} was elected in term {term}, which etcd never had"));
    }

    /// <summary>No two lead at a time, terms grow in real time, and nobody leads after etcd has shown the end of its term. All processes share the machine's clock.</summary>
    private void CheckClaims(List<Reign> leaders)
    {
        var claims = _claims.GroupBy(claim => (claim.Life, claim.Term))
            .Select(seen => new Holding("the election", seen.Key.Life, seen.Key.Term, seen.Min(claim => claim.At), seen.Max(claim => claim.At))).ToList();
        _violations.AddRange(Holdings.Violations(claims));
        _violations.AddRange(Holdings.AgainstStore(claims, leaders, (reign, life) => _elected.GetValueOrDefault(reign.Token) == life));
    }

    /// <summary>What was written under a guard was written in the order of the terms.</summary>
    private void CheckWrites()
    {
        var last = 0L;
        foreach (var (term, revision) in _writes.OrderBy(w => w.Revision))
        {
            if (term < last)
            {
                _violations.Add($"at revision {revision} term {term} wrote after term {last} had");
            }

            last = Math.Max(last, term);
        }
    }

    /// <summary>Every observer saw the history; it may have gaps only where it was told that it skipped, or where its watch was cut: nothing is compacted here, so nowhere.</summary>
    private (int Observers, int Told, int Gaps) CheckObservers(List<Reign> reigns)
    {
        var told = 0;
        var gaps = 0;
        var changes = reigns.ConvertAll(reign => (Revision: reign.Began, Term: reign.Token));
        foreach (var (life, seen) in _seen)
        {
            List<(long Revision, long Term)> leaders = [];
            foreach (var s in seen)
            {
                gaps += s.Skipped;
                if (leaders.Count == 0 || leaders[^1].Term != s.Term)
                {
                    leaders.Add((s.Revision, s.Term));
                }
            }

            told += leaders.Count;

            // It begins in the middle, with a list at some revision; from there on it is the history, change by change.
            var first = leaders[0];
            var at = changes.FindLastIndex(c => c.Revision <= first.Revision);
            var expected = at < 0 ? changes : changes.Skip(at).ToList();
            var begins = at < 0 && first.Term == 0 ? leaders.Skip(1) : leaders;
            if (!begins.Select(l => l.Term).SequenceEqual(expected.Take(begins.Count()).Select(c => c.Term)))
            {
                _violations.Add($"the observer of {life} saw another sequence of leaders than etcd had");
            }
        }

        return (_seen.Count, told, gaps);
    }
}
