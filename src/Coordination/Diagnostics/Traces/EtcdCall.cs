using System.Diagnostics;
using Coordination.Etcd;
using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Coordination.Diagnostics;

/// <summary>One request to one endpoint of etcd: its span, when it has a parent, and its duration. There is none when nobody listens.</summary>
internal sealed class EtcdCall
{
    private readonly MethodDescriptor _method;
    private readonly Uri _endpoint;
    private readonly Activity? _span;
    private readonly long _start = TimeProvider.System.GetTimestamp();

    private EtcdCall(MethodDescriptor method, Uri endpoint, bool isTraced)
    {
        _method = method;
        _endpoint = endpoint;

        // What the library does for itself (leases, watches) has no parent, and would only be noise.
        _span = isTraced ? CoordinationTrace.Source.StartActivity($"{method.Service.FullName}/{method.Name}", ActivityKind.Client) : null;
        _span?.SetTag(MetricTags.RpcSystem, "grpc").SetTag(MetricTags.RpcService, method.Service.FullName).SetTag(MetricTags.RpcMethod, method.Name)
            .SetTag(MetricTags.ServerAddress, endpoint.Host).SetTag(MetricTags.ServerPort, endpoint.Port);
    }

    /// <summary>Begins a call that takes such a request.</summary>
    public static EtcdCall? Begin<TRequest>(Uri endpoint)
        where TRequest : IMessage
    {
        var isTraced = Activity.Current is not null && CoordinationTrace.Source.HasListeners();
        return isTraced || CoordinationMeter.EtcdRequest.Enabled ? new EtcdCall(MethodOf<TRequest>.Descriptor, endpoint, isTraced) : null;
    }

    /// <summary>How many operations a transaction has, with those in nested ones, on its larger branch.</summary>
    public static long SizeOf(EtcdOp.Txn txn) =>
        Math.Max(txn.Then.Sum(op => op is EtcdOp.Txn then ? SizeOf(then) : 1), txn.Else.Sum(op => op is EtcdOp.Txn other ? SizeOf(other) : 1));

    public void Succeed()
    {
        Record(null);
        _span?.SetTag(MetricTags.RpcStatus, (int)StatusCode.OK).Dispose();
    }

    public void Fail(Exception error)
    {
        var type = error is EtcdException { Kind: var kind } ? MetricTags.Of(kind) : "cancelled";
        Record(type);
        if (_span is not null)
        {
            if (error.InnerException is RpcException grpc)
            {
                _span.SetTag(MetricTags.RpcStatus, (int)grpc.StatusCode);
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
                { MetricTags.RpcService, _method.Service.FullName }, { MetricTags.RpcMethod, _method.Name },
                { MetricTags.ServerAddress, _endpoint.Host }, { MetricTags.ServerPort, _endpoint.Port },
            };
            if (errorType is not null)
            {
                tags.Add(MetricTags.ErrorType, errorType);
            }

            CoordinationMeter.EtcdRequest.Record(TimeProvider.System.GetElapsedTime(_start).TotalSeconds, tags);
        }
    }

    /// <summary>The method that a request belongs to: each has a message of its own, except that a read can also be asked for as a stream.</summary>
    private static class MethodOf<TRequest>
        where TRequest : IMessage
    {
        public static readonly MethodDescriptor Descriptor = RpcReflection.Descriptor.Services.SelectMany(service => service.Methods)
            .Single(method => method.InputType.ClrType == typeof(TRequest) && !method.IsServerStreaming);
    }
}
