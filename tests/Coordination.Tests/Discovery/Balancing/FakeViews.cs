using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Discovery.Balancing;

namespace Coordination.Tests.Discovery.Balancing;

/// <summary>A discovery whose views the test makes.</summary>
internal sealed class FakeViews(ServiceView first) : IServiceViews
{
    private readonly Channel<ServiceChange> _changes = Channel.CreateUnbounded<ServiceChange>();
    private volatile ServiceView _current = first;

    public bool IsDisposed { get; private set; }

    public ServiceView Current => _current;

    public void Show(ServiceView view)
    {
        _current = view;
        _changes.Writer.TryWrite(new ServiceChange.Resynced(view.Service, view.Revision, view, [], ViewReason.Snapshot));
    }

    public void End() => _changes.Writer.Complete();

    public async IAsyncEnumerable<ServiceChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            yield return change;
        }
    }

    public void Dispose() => IsDisposed = true;
}
