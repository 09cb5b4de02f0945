namespace Coordination.Watches;

/// <summary>Somebody who follows a watch. Told by one watcher at a time, and never waited for.</summary>
internal abstract class WatchSubscriber
{
    protected WatchSubscriber(WatchSpec spec, KeyWatchOptions options)
    {
        Spec = spec;
        Buffer = new WatchBuffer(options.BufferLimit, (options.NoPuts, options.NoDeletes), spec.From == Etcd.Revision.None);
    }

    /// <summary>What is watched. Subscribers with the same one share a watcher.</summary>
    public WatchSpec Spec { get; }

    /// <summary>The actor behind it, whose death ends the subscription; or null.</summary>
    public virtual IActorRef? Actor => null;

    protected Lock Gate { get; } = new();

    protected WatchBuffer Buffer { get; }

    /// <summary>The watcher tells something.</summary>
    public abstract void Take(WatchEvent told);

    /// <summary>It is over.</summary>
    public abstract void End(CoordinationException error);
}
