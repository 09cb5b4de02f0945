using System.Globalization;
using Coordination.Discovery.Balancing;
using Coordination.Etcd;

namespace Coordination.Balancing.Bench;

/// <summary>A view that never changes.</summary>
internal sealed class StandingViews(ServiceView view) : IServiceViews
{
    public ServiceView Current => view;

    /// <summary>Instances with weights from 50 to 150.</summary>
    public static StandingViews Of(int count, int port) => new(new ServiceView(
        "greeter",
        [
            .. Enumerable.Range(0, count).Select(n => new ServiceInstance
            {
                Service = "greeter", Id = n.ToString("0000", CultureInfo.InvariantCulture), Host = "127.0.0.1", Port = port, Weight = 50 + (n % 101),
            }),
        ],
        new Revision(1),
        IsStale: false,
        []));

    public async IAsyncEnumerable<ServiceChange> ChangesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        yield break;
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
