using System.Diagnostics;

namespace Coordination.Diagnostics;

/// <summary>
/// The spans of the library; docs/observability.md lists them. Between a caller and etcd lie actors, which know no ambient context: the caller's span travels in the
/// message, and is the ambient one again while the actor sends what it sends for it (<see cref="TraceScope"/>).
/// </summary>
internal static class CoordinationTrace
{
    public const string Name = "Coordination";
    public const string LockAcquire = "lock acquire";
    public const string LockRelease = "lock release";
    public const string ElectionCampaign = "election campaign";
    public const string ElectionProclaim = "election proclaim";
    public const string ElectionTransfer = "election transfer";
    public const string ElectionResign = "election resign";

    /// <summary>The spans of requests to etcd are called after this and their method: <c>etcdserverpb.KV/Txn</c>.</summary>
    public const string EtcdService = "etcdserverpb.";

    public static ActivitySource Source { get; } = new(Name, CoordinationMeter.Version);

    /// <summary>Begins a span of a caller; null when nobody listens.</summary>
    public static Activity? Begin(string span, string system, string tag, string name)
    {
        var activity = Source.HasListeners() ? Source.StartActivity(span) : null;
        return activity?.SetTag(MetricTags.System, system).SetTag(tag, name);
    }

    /// <summary>Notes how a span failed.</summary>
    public static void Fail(this Activity activity, Exception error)
    {
        var type = error is CoordinationException { Kind: var kind } ? MetricTags.Of(kind) : error.GetType().FullName!;
        activity.SetTag(MetricTags.ErrorType, type).SetStatus(ActivityStatusCode.Error, error.Message);
    }
}
