namespace Coordination.Actors;

/// <summary>Gives ready actors their turns. This type is the built-in runtime's own.</summary>
public abstract class ActorDispatcher
{
    /// <summary>The .NET thread pool: no thread per actor, fair turns of a bounded number of messages.</summary>
    public static ActorDispatcher ThreadPool { get; } = new ThreadPoolDispatcher();

    /// <summary>How many messages an actor handles in one turn before others get theirs; default 64, at least 1.</summary>
    public virtual int Throughput => 64;

    /// <summary>An actor became ready: its <see cref="IThreadPoolWorkItem.Execute"/> is to be called once, by any thread, later.</summary>
    /// <param name="actor">The turn.</param>
    public abstract void Schedule(IThreadPoolWorkItem actor);

    /// <summary>An actor used up its turn and has more to do; others should come first.</summary>
    /// <param name="actor">The turn.</param>
    public virtual void Yield(IThreadPoolWorkItem actor) => Schedule(actor);
}
