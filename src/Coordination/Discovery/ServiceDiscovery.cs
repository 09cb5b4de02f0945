using System.Runtime.CompilerServices;
using Coordination.Discovery;
using Coordination.Discovery.Views;

namespace Coordination;

/// <summary>
/// A live view of a service. Thread-safe. Cheap to ask for: all discoveries of one service with equal options share one watch. Dispose it when it is
/// no longer needed; the last one ends the watch.
/// </summary>
public sealed class ServiceDiscovery : IDisposable
{
    private readonly CoordinationSystem _system;
    private readonly ServiceFeed _feed;
    private readonly Lock _lock = new();
    private readonly List<IActorRef> _subscribed = [];
    private readonly CancellationTokenSource _disposed = new();

    internal ServiceDiscovery(CoordinationSystem system, ServiceFeed feed)
    {
        _system = system;
        _feed = feed;
    }

    /// <summary>The service.</summary>
    public string Service => _feed.Service;

    /// <summary>The newest view. Before the first one it is empty and stale, with revision 0 (<see cref="ServiceView.IsKnown"/> is false). Never waits.</summary>
    public ServiceView Current => _feed.Current;

    /// <summary>Waits for the first view. A service without instances has an empty view.</summary>
    /// <exception cref="CoordinationException">
    /// etcd could not be read within <paramref name="timeout"/>, and the message names the endpoints and the cause; or the system has stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public async Task<ServiceView> WaitForViewAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token, _system.Stopped);
        try
        {
            await _feed.Known.WaitAsync(timeout, _system.Options.TimeProvider, end.Token).ConfigureAwait(false);
            return Current;
        }
        catch (TimeoutException)
        {
            throw new CoordinationException(
                _feed.LastError?.Kind ?? CoordinationErrorKind.Unavailable,
                $"The service '{Service}' could not be read within {timeout.TotalSeconds:0.###} s (endpoints {string.Join(", ", _system.Etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)))}): "
                + (_feed.LastError?.Message ?? "etcd has not answered"),
                _feed.LastError);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            throw _system.HasStopped();
        }
    }

    /// <summary>
    /// The changes, beginning with a <see cref="Resynced"/> that brings the view as it is. A reader that is slower than its buffer
    /// (<see cref="DiscoveryOptions.ChangeBuffer"/>) gets a Resynced with the newest view instead of the changes that did not fit. Ends when this is disposed
    /// or the system stops. Several readers at a time are fine; each sees everything.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return ReadAsync(cancellationToken);
    }

    /// <summary>
    /// From now on the actor is told each <see cref="ServiceChange"/>, beginning with a <see cref="Resynced"/> that brings the view as it is (or, before the
    /// first view, with it when it comes). It ends when the actor stops, is unsubscribed, or this is disposed. The mailbox of the actor is the only buffer.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Subscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (!_subscribed.Contains(subscriber))
            {
                _subscribed.Add(subscriber);
                _feed.AddSubscriber(subscriber);
                _system.Tell(new DiscoveryCommand.SubscribersChanged(_feed));
            }
        }
    }

    /// <summary>The actor is told nothing more, except what is on its way.</summary>
    public void Unsubscribe(IActorRef subscriber)
    {
        lock (_lock)
        {
            if (_subscribed.Remove(subscriber))
            {
                _feed.RemoveSubscriber(subscriber);
                _system.Tell(new DiscoveryCommand.SubscribersChanged(_feed));
            }
        }
    }

    /// <summary>Ends this discovery; idempotent. The last view stays readable.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            foreach (var subscriber in _subscribed.ToList())
            {
                Unsubscribe(subscriber);
            }

            _disposed.Cancel();
        }

        _system.Close(_feed);
    }

    private async IAsyncEnumerable<ServiceChange> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = _feed.AddReader();
        await using var disposed = _disposed.Token.UnsafeRegister(static r => ((ChangeReader)r!).Complete(), reader).ConfigureAwait(false);
        await using var stopped = _system.Stopped.UnsafeRegister(static r => ((ChangeReader)r!).Complete(), reader).ConfigureAwait(false);
        try
        {
            await foreach (var change in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            _feed.RemoveReader(reader);
        }
    }
}
