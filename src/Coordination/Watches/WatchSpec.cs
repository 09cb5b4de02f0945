using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>What a WatcherActor watches, and how.</summary>
/// <param name="Keys">The key or keys.</param>
/// <param name="From">The first revision to tell; none means to begin with a snapshot.</param>
internal sealed record WatchSpec(KeyRange Keys, Revision From)
{
    /// <summary>
    /// Begin with the next change, without a snapshot, as soon as the server has taken the watch; that is told. <see cref="From"/> is none then.
    /// </summary>
    public bool FromNow { get; init; }

    /// <summary>Tell what a key was before each change.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>Do not tell puts. The server leaves them out, so the keys are no longer known as a whole.</summary>
    public bool NoPuts { get; init; }

    /// <summary>Do not tell deletions. The server leaves them out.</summary>
    public bool NoDeletes { get; init; }

    /// <summary>Read the keys as they were just before <see cref="From"/>, so that they are known as a whole and every difference is exact.</summary>
    public bool ReadsBefore { get; init; }

    /// <summary>How many keys are read with one request. It is halved when the reply is larger than the client takes.</summary>
    public int PageSize { get; init; } = WatchOptions.DefaultPageSize;
}
