using Coordination.Embedded.Server;
using Coordination.Embedded.Watches;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Concurrency;

/// <summary>One watch inside of the server. For one reader.</summary>
internal sealed class LocalWatch : IDisposable
{
    private readonly NodeHost _host;
    private readonly Signal _signal = new();
    private readonly Queue<WatchResponse> _responses = new();
    private readonly WatchStream _stream;

    private LocalWatch(NodeHost host, string? token)
    {
        _host = host;
        _stream = host.Read(node => node.Watches.Open(_signal.Set, token));
    }

    public static async Task<LocalWatch> OpenAsync(NodeHost host, string? token, WatchCreateRequest request, CancellationToken cancellationToken)
    {
        var watch = new LocalWatch(host, token);
        try
        {
            await host.ApplyAsync(
                _ =>
                {
                    watch._stream.Handle(new WatchRequest { CreateRequest = request });
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            await watch.NextAsync(cancellationToken).ConfigureAwait(false);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>The next response.</summary>
    /// <exception cref="RpcException">The watch was refused or has ended.</exception>
    public async Task<WatchResponse> NextAsync(CancellationToken cancellationToken)
    {
        while (_responses.Count == 0)
        {
            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            for (var hasWork = true; hasWork;)
            {
                (var batch, hasWork) = await _host.ApplyAsync(_ => (_stream.Take(), _stream.HasWork), cancellationToken).ConfigureAwait(false);
                foreach (var response in batch)
                {
                    _responses.Enqueue(response);
                }
            }
        }

        var next = _responses.Dequeue();
        return !next.Canceled ? next : throw NodeSession.Failure(next.CompactRevision > 0 ? EtcdErrors.Compacted.Status.Detail : next.CancelReason);
    }

    public void Dispose() => _host.Read(_ =>
    {
        _stream.Close();
        return true;
    });
}
