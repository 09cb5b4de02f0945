using System.Collections.Immutable;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>The latest of what happened to each lock and election, for a page that is opened later. Not safe for several threads.</summary>
internal sealed class HistoryLog
{
    /// <summary>Of each lock or election.</summary>
    public const int MostEntries = 100;

    /// <summary>Locks and elections; beyond it the one to which nothing has happened for longest is forgotten.</summary>
    public const int MostSubjects = 500;

    private readonly Dictionary<string, Subject> _subjects = new(StringComparer.Ordinal);

    /// <summary>All of it, in the order of their revisions.</summary>
    public ImmutableArray<HistoryEntry> All => [.. _subjects.Values.SelectMany(subject => subject.Entries).OrderBy(entry => entry.Revision)];

    /// <summary>Takes over what happened.</summary>
    public void Add(ImmutableArray<HistoryEntry> history)
    {
        foreach (var entry in history)
        {
            if (!_subjects.TryGetValue(entry.Subject, out var subject))
            {
                if (_subjects.Count == MostSubjects)
                {
                    _subjects.Remove(_subjects.MinBy(one => one.Value.Latest).Key);
                }

                _subjects[entry.Subject] = subject = new Subject();
            }

            subject.Add(entry);
        }
    }

    private sealed class Subject
    {
        public Queue<HistoryEntry> Entries { get; } = [];

        public long Latest { get; private set; }

        public void Add(HistoryEntry entry)
        {
            if (Entries.Count == MostEntries)
            {
                Entries.Dequeue();
            }

            Entries.Enqueue(entry);
            Latest = entry.Revision;
        }
    }
}
