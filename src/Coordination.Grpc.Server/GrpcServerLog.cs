using Microsoft.Extensions.Logging;

namespace Coordination.Grpc.Server;

/// <summary>The log messages of the server. The event ids are stable.</summary>
internal static partial class GrpcServerLog
{
    public const string Category = "Coordination.Grpc.Server";

    [LoggerMessage(500, LogLevel.Error, "The handler of {Method} failed")]
    public static partial void HandlerFailed(this ILogger log, Exception error, string method);
}
