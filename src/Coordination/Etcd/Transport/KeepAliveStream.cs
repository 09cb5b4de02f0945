using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// One shared keep-alive stream to one endpoint. The server answers each request, in order, so the n-th reply for a lease belongs to the
/// n-th request for it. A request whose caller gave up keeps its place in that order: its late reply must not be taken for the answer to a
/// later request, or a deadline would be computed from a time after the renewal.
/// </summary>
internal sealed class KeepAliveStream : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Queue<TaskCompletionSource<LeaseRenewed>>> _waiting = [];
    private readonly SharedStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> _stream;
    private EtcdException? _closed;
    private bool _ended;

    public KeepAliveStream(EtcdTransport transport, Endpoint endpoint, int queueLimit)
    {
        Endpoint = endpoint;
        _stream = new(transport, endpoint, static (etcd, call) => etcd.LeaseClient.LeaseKeepAlive(call), queueLimit, OnMessage, OnEnded);
    }

    public Endpoint Endpoint { get; }

    public bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _ended || _stream.IsOver;
            }
        }
    }

    public Task<LeaseRenewed> RenewAsync(LeaseId id)
    {
        var reply = new TaskCompletionSource<LeaseRenewed>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_ended || !_stream.TrySend(new LeaseKeepAliveRequest { ID = id.Value }))
            {
                return Task.FromException<LeaseRenewed>(new EtcdException(
                    CoordinationErrorKind.Unavailable,
                    WriteOutcome.NotApplied,
                    $"The keep-alive stream is over or its queue is full (endpoint {EtcdErrors.Name(Endpoint.Address)})",
                    Endpoint.Address));
            }

            if (!_waiting.TryGetValue(id.Value, out var queue))
            {
                _waiting.Add(id.Value, queue = new Queue<TaskCompletionSource<LeaseRenewed>>());
            }

            queue.Enqueue(reply);
        }

        // Whoever gave up does not hear how the stream ended.
        reply.Task.Observe();

        return reply.Task;
    }

    /// <summary>Gives the stream up: nobody gets a reply from it any more. Those who wait are told why.</summary>
    public void Close(string why)
    {
        lock (_lock)
        {
            _closed ??= new EtcdException(
                CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, $"The keep-alive stream was given up: {why} (endpoint {EtcdErrors.Name(Endpoint.Address)})", Endpoint.Address);
        }

        _stream.Close();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void OnMessage(LeaseKeepAliveResponse response)
    {
        var renewed = LeaseReplies.Renewed(response);
        TaskCompletionSource<LeaseRenewed>? reply;
        lock (_lock)
        {
            if (!_waiting.TryGetValue(response.ID, out var queue) || !queue.TryDequeue(out reply))
            {
                return;
            }

            if (queue.Count == 0)
            {
                _waiting.Remove(response.ID);
            }
        }

        reply.TrySetResult(renewed);
    }

    private void OnEnded(Exception? cause)
    {
        EtcdException error;
        List<TaskCompletionSource<LeaseRenewed>> lost;
        lock (_lock)
        {
            _ended = true;
            error = _closed ?? EtcdErrors.StreamEnded(cause, Endpoint.Address);
            lost = [.. _waiting.Values.SelectMany(queue => queue)];
            _waiting.Clear();
        }

        foreach (var reply in lost)
        {
            reply.TrySetException(error);
        }
    }
}
