using Coordination.Diagnostics;

namespace Coordination.Etcd.Transport;

/// <summary>Spreads the keep-alives of all leases over a few streams, and moves them to another endpoint when one is silent.</summary>
internal sealed class KeepAliveStreams(EtcdTransport transport, EtcdClientOptions options) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly KeepAliveStream?[] _streams = new KeepAliveStream?[options.KeepAliveStreams];
    private bool _disposed;

    public async Task<LeaseRenewed> RenewAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var stream = StreamFor(id);
        try
        {
            return await stream.RenewAsync(id).WaitAsync(timeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Silence: the member hangs or the connection is half open. Everybody on this stream is better off elsewhere; and where there is no other
            // member, on another connection.
            stream.Close("a keep-alive was not answered in time");
            stream.Endpoint.Reconnect();
            transport.Pool.MoveFrom(stream.Endpoint, "a keep-alive was not answered");
            throw new EtcdException(
                CoordinationErrorKind.Timeout,
                WriteOutcome.Unknown,
                $"No answer to the keep-alive of lease {id} within {timeout.TotalSeconds:0.###} s (endpoint {EtcdErrors.Name(stream.Endpoint.Address)})",
                stream.Endpoint.Address);
        }
        catch (EtcdException e) when (e.MayWorkElsewhere)
        {
            transport.Pool.MoveFrom(stream.Endpoint, e.Message);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        KeepAliveStream?[] streams;
        lock (_lock)
        {
            _disposed = true;
            streams = [.. _streams];
        }

        foreach (var stream in streams)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private KeepAliveStream StreamFor(LeaseId id)
    {
        var shard = (int)((ulong)id.Value % (uint)_streams.Length);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(EtcdClient));
            var stream = _streams[shard];
            if (stream is null || stream.IsOver || stream.Endpoint != transport.Pool.Current)
            {
                // What still waits on the old stream fails and is renewed again, here.
                if (stream is not null)
                {
                    stream.Close("another endpoint is used now");
                    CoordinationMeter.EtcdReconnects.Add(1, new KeyValuePair<string, object?>(MetricTags.Stream, "lease"));
                }

                stream = new KeepAliveStream(transport, transport.Pool.Current, options.StreamQueueLimit);
                _streams[shard] = stream;
            }

            return stream;
        }
    }
}
