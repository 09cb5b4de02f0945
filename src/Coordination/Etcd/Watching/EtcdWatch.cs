using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>What to watch.</summary>
/// <param name="Keys">The key or keys.</param>
/// <param name="From">The first revision to report; none means from now. Prefer the revision after one that was just read: etcd serves the past late.</param>
public sealed record EtcdWatchSpec(KeyRange Keys, Revision From)
{
    /// <summary>Report what a key was before each change.</summary>
    public bool PreviousValue { get; init; }

    /// <summary>Let the server report its progress when there are no changes.</summary>
    public bool ProgressNotify { get; init; }

    /// <summary>Do not report puts.</summary>
    public bool NoPuts { get; init; }

    /// <summary>Do not report deletions.</summary>
    public bool NoDeletes { get; init; }
}

/// <summary>One change of one key.</summary>
/// <param name="IsDelete">Whether the key was deleted; else it was put.</param>
/// <param name="Current">The key after the change; in a deletion only the key and the mod revision are set.</param>
/// <param name="Previous">The key before the change, when asked for and not compacted.</param>
public sealed record EtcdEvent(bool IsDelete, KeyValue Current, KeyValue? Previous);

/// <summary>What a watch on one stream reports, in this order: Created, any number of Changes and Progress, Ended.</summary>
public abstract record EtcdWatchSignal
{
    private EtcdWatchSignal()
    {
    }

    /// <summary>The server has accepted the watch.</summary>
    public sealed record Created(EtcdHeader Header) : EtcdWatchSignal;

    /// <summary>Changes, whole revisions only.</summary>
    public sealed record Changes(EtcdHeader Header, ImmutableArray<EtcdEvent> Events) : EtcdWatchSignal;

    /// <summary>Everything up to the header's revision has been reported.</summary>
    public sealed record Progress(EtcdHeader Header) : EtcdWatchSignal;

    /// <summary>The watch is over: nothing follows. The cause says why; a compacted start carries the oldest revision that exists.</summary>
    public sealed record Ended(EtcdException Cause) : EtcdWatchSignal;
}

/// <summary>A watch on a shared stream. Disposing it cancels the watch on the server; no signal is delivered after that, except one on its way.</summary>
public interface IEtcdWatch : IDisposable;
