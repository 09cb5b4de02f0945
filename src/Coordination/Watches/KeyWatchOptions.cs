using Coordination.Etcd;

namespace Coordination;

/// <summary>How to watch some keys.</summary>
public sealed record KeyWatchOptions
{
    /// <summary>
    /// The first revision to report. Default none: start with a <see cref="WatchEvent.Snapshot"/> of what is there. When the revision has been compacted, the
    /// watch begins with a <see cref="WatchEvent.Resynced"/> that is not complete; when etcd has not reached it yet, an older history has replaced the one you know,
    /// and that is reported in the same way. Subscribers that start at a revision do not share a watcher.
    /// </summary>
    public Revision From { get; init; }

    /// <summary>Report the key before each change. Default no. Costs etcd a read for each change.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>Do not report puts. Default no. Left out here, not by etcd, so that differences are exact and the watcher can be shared.</summary>
    public bool NoPuts { get; init; }

    /// <summary>Do not report deletions. Default no. Left out here, not by etcd, so that differences are exact and the watcher can be shared.</summary>
    public bool NoDeletes { get; init; }

    /// <summary>
    /// How many changes may wait for a slow subscriber. When there are more, they are replaced by a <see cref="WatchEvent.Conflated"/>.
    /// Default 1,024; 1 to 10,000,000.
    /// </summary>
    public int BufferLimit { get; init; } = 1024;

    internal void ThrowIfInvalid(string parameter)
    {
        var problems = new OptionProblems();
        problems.Check(nameof(From), From.Value, 0, long.MaxValue, "(0: begin with a snapshot)");
        problems.Check(nameof(BufferLimit), BufferLimit, 1, 10_000_000, "changes");
        if (NoPuts && NoDeletes)
        {
            problems.Add($"{nameof(NoPuts)} and {nameof(NoDeletes)}", true, "only one of the two can be left out");
        }

        OptionProblems.ThrowIfAny("The options of the watch", problems.All, parameter);
    }
}
