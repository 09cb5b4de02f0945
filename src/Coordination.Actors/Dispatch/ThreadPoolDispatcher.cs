namespace Coordination.Actors;

/// <summary>Turns on the .NET thread pool. A new turn prefers the core that made the actor ready; a used-up one goes to the end of the common queue.</summary>
internal sealed class ThreadPoolDispatcher : ActorDispatcher
{
    public override void Schedule(IThreadPoolWorkItem actor) =>
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(actor, preferLocal: true);

    public override void Yield(IThreadPoolWorkItem actor) =>
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(actor, preferLocal: false);
}
