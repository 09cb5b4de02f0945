namespace Coordination;

/// <summary>
/// A live view of a service. Thread-safe. Cheap to ask for: all discoveries of one service with equal options share one watch. Dispose it when it is
/// no longer needed; the last one ends the watch.
/// </summary>
public interface IServiceDiscovery : IDisposable
{
    /// <summary>The service.</summary>
    string Service { get; }

    /// <summary>The newest view. Before the first one it is empty and stale, with revision 0 (<see cref="ServiceView.IsKnown"/> is false). Never waits.</summary>
    ServiceView Current { get; }

    /// <summary>Waits for the first view. A service without instances has an empty view.</summary>
    /// <exception cref="CoordinationException">
    /// etcd could not be read within <paramref name="timeout"/>, and the message names the endpoints and the cause; or the system has stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    Task<ServiceView> WaitForViewAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// The changes, beginning with a <see cref="ServiceChange.Resynced"/> that brings the view as it is. A reader that is slower than its buffer
    /// (<see cref="DiscoveryOptions.ChangeBuffer"/>) gets a Resynced with the newest view instead of the changes that did not fit. Ends when this is disposed
    /// or the system stops. Several readers at a time are fine; each sees everything.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken = default);
}
