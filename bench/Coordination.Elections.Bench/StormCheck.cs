using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Elections.Bench;

/// <summary>What was said and seen in a storm, held against what an election promises.</summary>
internal sealed class StormCheck
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, string> _elected = [];
    private readonly List<(long Term, long At)> _claims = [];
    private readonly List<(long Term, long Revision)> _writes = [];
    private readonly Dictionary<string, List<(long Revision, long Term, int Skipped)>> _seen = [];
    private readonly List<(long Revision, long Term)> _history = [];
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
                    _claims.Add((Number(term), Number(from)));
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

    /// <summary>Writes down every leader that etcd had, by a watch of its own over all faults: the history to compare the observers with.</summary>
    public async Task WitnessAsync(IEtcdClient etcd, string election, CancellationToken stopping)
    {
        var candidates = new SortedDictionary<long, Bytes>();
        var range = KeyRange.Prefix(election + "/");
        var next = new Revision(1);
        while (!stopping.IsCancellationRequested)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = stopping.Register(() => ended.TrySetResult());
            try
            {
                using var watch = etcd.Watch(new EtcdWatchSpec(range, next), signal =>
                {
                    if (signal is EtcdWatchSignal.Changes changes)
                    {
                        foreach (var revision in changes.Events.Where(e => e.Current.ModRevision >= next).GroupBy(e => e.Current.ModRevision))
                        {
                            Apply(candidates, revision);
                        }

                        next = changes.Events[^1].Current.ModRevision.Next;
                    }
                    else if (signal is EtcdWatchSignal.Ended)
                    {
                        ended.TrySetResult();
                    }
                });
                await ended.Task;
            }
            catch (EtcdException)
            {
                // Away; again.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
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
    public int Report()
    {
        CheckTerms();
        CheckClaims();
        CheckWrites();
        var (observers, agreed, gaps) = CheckObservers();
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

        Console.WriteLine($"  leaders in etcd              {_history.Where(h => h.Term != 0).Select(h => h.Term).Distinct().Count(),7}");
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

    private void Apply(SortedDictionary<long, Bytes> candidates, IEnumerable<EtcdEvent> events)
    {
        var revision = 0L;
        foreach (var e in events)
        {
            revision = e.Current.ModRevision.Value;
            if (!e.IsDelete)
            {
                candidates[e.Current.CreateRevision.Value] = e.Current.Key;
            }
            else if (candidates.FirstOrDefault(c => c.Value == e.Current.Key) is { Key: > 0 } gone)
            {
                candidates.Remove(gone.Key);
            }
        }

        _history.Add((revision, candidates.Count == 0 ? 0 : candidates.First().Key));
    }

    /// <summary>Terms strictly increase in the history of etcd.</summary>
    private void CheckTerms()
    {
        var last = 0L;
        foreach (var (revision, term) in _history.Where(h => h.Term != 0))
        {
            if (term < last)
            {
                _violations.Add($"at revision {revision} the term went back from {last} to {term}");
            }

            last = Math.Max(last, term);
        }

        var led = _history.Select(h => h.Term).ToHashSet();
        _violations.AddRange(_elected.Keys.Where(term => !led.Contains(term)).Select(term => $"{_elected[term]} was elected in term {term}, which etcd never had"));
    }

    /// <summary>In real time claims of a larger term never come before those of a smaller one. All processes share the machine's clock.</summary>
    private void CheckClaims()
    {
        var last = 0L;
        foreach (var (term, at) in _claims.OrderBy(c => c.At))
        {
            if (term < last)
            {
                _violations.Add($"at {at} the leader of term {term} claimed to lead after the one of term {last} had");
            }

            last = Math.Max(last, term);
        }
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
    private (int Observers, int Told, int Gaps) CheckObservers()
    {
        var told = 0;
        var gaps = 0;
        List<(long Revision, long Term)> changes = [];
        foreach (var h in _history)
        {
            if (changes.Count == 0 || changes[^1].Term != h.Term)
            {
                changes.Add(h);
            }
        }

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
