using System.Diagnostics;
using Coordination.Etcd;
using Coordination.Grpc;

namespace Coordination.Diagnostics;

/// <summary>One request to one endpoint of etcd: its span, when it has a parent, and its duration. There is none when nobody listens.</summary>
internal sealed class EtcdCall
{
    private readonly string _service;
    private readonly string _method;
    private readonly Uri _endpoint;
    private readonly Activity? _span;
    private readonly long _start = TimeProvider.System.GetTimestamp();

    private EtcdCall(string path, Uri endpoint, bool isTraced)
    {
        var slash = path.LastIndexOf('/');
        (_service, _method) = (path[1..slash], path[(slash + 1)..]);
        _endpoint = endpoint;

        // What the library does for itself (leases, watches) has no parent, and would only be noise.
        _span = isTraced ? CoordinationTrace.Source.StartActivity(path[1..], ActivityKind.Client) : null;
        _span?.SetTag(MetricTags.RpcSystem, "grpc").SetTag(MetricTags.RpcService, _service).SetTag(MetricTags.RpcMethod, _method)
            .SetTag(MetricTags.ServerAddress, endpoint.Host).SetTag(MetricTags.ServerPort, endpoint.Port);
    }

    public static EtcdCall? Begin(string path, Uri endpoint)
    {
        var isTraced = Activity.Current is not null && CoordinationTrace.Source.HasListeners();
        return isTraced || CoordinationMeter.EtcdRequest.Enabled ? new EtcdCall(path, endpoint, isTraced) : null;
    }

    /// <summary>How many operations a transaction has, with those in nested ones, on its larger branch.</summary>
    public static long SizeOf(EtcdOp.Txn txn) =>
        Math.Max(txn.Then.Sum(op => op is EtcdOp.Txn then ? SizeOf(then) : 1), txn.Else.Sum(op => op is EtcdOp.Txn other ? SizeOf(other) : 1));

    public void Succeed()
    {
        Record(null);
        _span?.SetTag(MetricTags.RpcStatus, (int)GrpcStatusCode.OK).Dispose();
    }

    public void Fail(Exception error)
    {
        var type = error is EtcdException { Kind: var kind } ? MetricTags.Of(kind) : "cancelled";
        Record(type);
        if (_span is not null)
        {
            if (error.InnerException is GrpcException grpc)
            {
                _span.SetTag(MetricTags.RpcStatus, (int)grpc.Status);
            }

            _span.SetTag(MetricTags.ErrorType, type).SetStatus(ActivityStatusCode.Error, error.Message).Dispose();
        }
    }

    private void Record(string? errorType)
    {
        if (CoordinationMeter.EtcdRequest.Enabled)
        {
            var tags = new TagList
            {
                { MetricTags.RpcService, _service }, { MetricTags.RpcMethod, _method },
                { MetricTags.ServerAddress, _endpoint.Host }, { MetricTags.ServerPort, _endpoint.Port },
            };
            if (errorType is not null)
            {
                tags.Add(MetricTags.ErrorType, errorType);
            }

            CoordinationMeter.EtcdRequest.Record(TimeProvider.System.GetElapsedTime(_start).TotalSeconds, tags);
        }
    }
}
