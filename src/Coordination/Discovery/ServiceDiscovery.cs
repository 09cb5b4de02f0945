using System.Runtime.CompilerServices;
using Coordination.Discovery;
using Coordination.Discovery.Views;
using Coordination.Etcd;

namespace Coordination;

/// <summary>A live view of a service in a system. What it says is in <see cref="IServiceDiscovery"/>.</summary>
internal sealed class ServiceDiscovery : IServiceDiscovery
{
    private readonly CoordinationSystem _system;
    private readonly ServiceFeed _feed;
    private readonly Lock _lock = new();
    private readonly List<IActorRef> _subscribed = [];
    private readonly CancellationTokenSource _disposed = new();

    public ServiceDiscovery(CoordinationSystem system, ServiceFeed feed)
    {
        _system = system;
        _feed = feed;
    }

    public string Service => _feed.Service;

    public ServiceView Current => _feed.Current;

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
                $"The service '{Service}' could not be read within {timeout.TotalSeconds:0.###} s{EndpointText.Beside(_feed.LastError?.Message, _system.Etcd.Endpoints)}: "
                + (_feed.LastError?.Message ?? "etcd has not answered"),
                _feed.LastError);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            throw _system.HasStopped();
        }
    }

    public IAsyncEnumerable<ServiceChange> ChangesAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return ReadAsync(cancellationToken);
    }

    /// <summary>
    /// From now on the actor is told each <see cref="ServiceChange"/>, beginning with a whole view. It ends when the actor stops, is unsubscribed, or this is disposed.
    /// </summary>
    public void Subscribe(IActorRef subscriber)
    {
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
