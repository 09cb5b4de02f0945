namespace Coordination.Diagnostics;

/// <summary>The names of the tags, of metrics and of spans.</summary>
internal static class MetricTags
{
    public const string System = "coordination.system";
    public const string Kind = "coordination.lock.kind";
    public const string Lock = "coordination.lock.name";
    public const string Token = "coordination.lock.token";
    public const string Election = "coordination.election.name";
    public const string Term = "coordination.election.term";
    public const string Service = "coordination.service.name";
    public const string Outcome = "coordination.outcome";
    public const string Reason = "coordination.reason";
    public const string State = "coordination.state";
    public const string Stream = "coordination.stream";
    public const string ErrorType = "error.type";
    public const string RpcSystem = "rpc.system";
    public const string RpcService = "rpc.service";
    public const string RpcMethod = "rpc.method";
    public const string RpcStatus = "rpc.grpc.status_code";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";

    /// <summary>An enumeration's value as a tag: <c>key_deleted</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.All.TryGetValue(value, out var name) ? name : value.ToString();

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> All = Enum.GetValues<T>().Distinct().ToDictionary(value => value, value => Snake(value.ToString()));
    }
}
