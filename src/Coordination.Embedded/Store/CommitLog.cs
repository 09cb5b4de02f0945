namespace Coordination.Embedded.Store;

/// <summary>The commits from the compacted revision to the current one. Every revision after the first has exactly one commit.</summary>
internal sealed class CommitLog
{
    private readonly List<Commit> _commits = [];
    private int _head;

    /// <summary>The oldest revision that is still here; <see cref="Next"/> when there is none.</summary>
    public long First => _head < _commits.Count ? _commits[_head].Revision : Next;

    /// <summary>The revision that the next commit will have.</summary>
    public long Next { get; private set; } = 2;

    public Commit this[long revision] => _commits[_head + (int)(revision - First)];

    public void Add(Commit commit)
    {
        _commits.Add(commit);
        Next = commit.Revision + 1;
    }

    /// <summary>Forgets the commits before a revision; the commit of the revision itself stays.</summary>
    public void DropBefore(long revision)
    {
        _head += (int)Math.Clamp(revision - First, 0, _commits.Count - _head);
        if (_head > _commits.Count / 2)
        {
            _commits.RemoveRange(0, _head);
            _head = 0;
        }
    }

    /// <summary>Forgets the commits after a revision.</summary>
    public void DropAfter(long revision)
    {
        var kept = (int)Math.Clamp(revision + 1 - First, 0, _commits.Count - _head);
        _commits.RemoveRange(_head + kept, _commits.Count - _head - kept);
        Next = revision + 1;
    }

    /// <summary>Forgets all commits, and goes on after a revision.</summary>
    public void StartAfter(long revision)
    {
        _commits.Clear();
        _head = 0;
        Next = revision + 1;
    }
}
