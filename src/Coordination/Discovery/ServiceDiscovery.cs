namespace Coordination;

/// <summary>
/// A live view of a service. Thread-safe. Cheap to ask for: all discoveries of one service with equal options share one watch. Dispose it when it is
/// no longer needed; the last one ends the watch.
/// </summary>
public sealed class ServiceDiscovery : IDisposable
{
    internal ServiceDiscovery(string service) => Service = service;

    /// <summary>The service.</summary>
    public string Service { get; }

    /// <summary>The newest view. Before the first one it is empty and stale, with revision 0 (<see cref="ServiceView.IsKnown"/> is false). Never waits.</summary>
    public ServiceView Current => throw new NotImplementedException();

    /// <summary>Waits for the first view. A service without instances has an empty view.</summary>
    /// <exception cref="CoordinationException">etcd could not be read within <paramref name="timeout"/>; the message names the endpoints and the cause.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public Task<ServiceView> WaitForViewAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// The changes, beginning with a <see cref="Resynced"/> that brings the view as it is. A reader that is slower than its buffer
    /// (<see cref="DiscoveryOptions.ChangeBuffer"/>) gets a Resynced with the newest view instead of the changes that did not fit. Ends when this is disposed
    /// or the system stops. Several readers at a time are fine; each sees everything.
    /// </summary>
    public IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// From now on the actor is told each <see cref="ServiceChange"/>, beginning with a <see cref="Resynced"/> that brings the view as it is (or, before the
    /// first view, with it when it comes). It ends when the actor stops, is unsubscribed, or this is disposed.
    /// </summary>
    public void Subscribe(IActorRef subscriber) => throw new NotImplementedException();

    /// <summary>The actor is told nothing more, except what is on its way.</summary>
    public void Unsubscribe(IActorRef subscriber) => throw new NotImplementedException();

    /// <summary>Ends this discovery; idempotent. The last view stays readable.</summary>
    public void Dispose() => throw new NotImplementedException();
}
