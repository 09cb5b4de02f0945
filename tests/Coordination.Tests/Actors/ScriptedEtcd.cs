using System.Collections.Concurrent;
using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests.Actors;

/// <summary>An etcd whose every answer the test gives by hand, when it wants.</summary>
internal sealed class ScriptedEtcd : IEtcdClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<Call> _calls = [];

    public ImmutableArray<Uri> Endpoints => [new("http://scripted:2379")];

    /// <summary>What the server says it is.</summary>
    public string Version { get; set; } = "3.5.21";

    /// <summary>Watches are not among the calls: for tests in which they come at any time.</summary>
    public bool HidesWatches { get; set; }

    /// <summary>When set, the next transaction throws it in the caller's face.</summary>
    public Exception? ThrowOnTxn { get; set; }

    /// <summary>When set, the next watch throws it in the caller's face.</summary>
    public Exception? ThrowOnWatch { get; set; }

    /// <summary>The next call, which must be about a <typeparamref name="T"/>.</summary>
    public Call<T> Next<T>()
        where T : class
    {
        Assert.True(_calls.TryTake(out var call, Limit), $"No call came; a {typeof(T).Name} was expected.");
        return new Call<T>(Assert.IsAssignableFrom<T>(call.Request), call);
    }

    public void ExpectNothing() => Assert.Empty(_calls);

    public Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default) => CallAsync<GetResult>(get);

    public Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default) => CallAsync<PutResult>(put);

    public Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default) => CallAsync<DeleteResult>(delete);

    public Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
    {
        if (ThrowOnTxn is { } error)
        {
            ThrowOnTxn = null;
            throw error;
        }

        return CallAsync<TxnResult>(txn);
    }

    public Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default) =>
        CallAsync<LeaseGranted>(new Grant(id, ttl));

    public Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) => CallAsync<EtcdHeader>(new Revoke(id));

    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        CallAsync<LeaseRenewed>(new KeepAlive(id, timeout));

    public Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new EndpointStatus(Endpoints[0], new EtcdHeader(1, 1, new Revision(1), 1), Version, 1, 0, 0, []));

    public Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        if (ThrowOnWatch is { } error)
        {
            ThrowOnWatch = null;
            throw error;
        }

        var watch = new Watching(spec, onSignal);
        if (!HidesWatches)
        {
            _calls.Add(new Call(watch, _ => { }, _ => { }));
        }

        return watch;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> CallAsync<T>(object request)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add(new Call(request, result => answer.SetResult((T)result), answer.SetException));
        return answer.Task;
    }

    public sealed record Grant(LeaseId Id, TimeSpan Ttl);

    public sealed record Revoke(LeaseId Id);

    public sealed record KeepAlive(LeaseId Id, TimeSpan Timeout);

    /// <summary>A watch, through which the test signals.</summary>
    public sealed record Watching(EtcdWatchSpec Spec, Action<EtcdWatchSignal> Signal) : IEtcdWatch
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Disposed => _disposed.Task.WaitAsync(Limit);

        public void Dispose() => _disposed.TrySetResult();
    }

    public sealed record Call(object Request, Action<object> Answer, Action<Exception> Fail);

    public sealed record Call<T>(T Request, Call Inner)
    {
        public void Answer(object result) => Inner.Answer(result);

        public void Fail(CoordinationErrorKind kind, WriteOutcome outcome) => Inner.Fail(new EtcdException(kind, outcome, "scripted"));
    }
}
