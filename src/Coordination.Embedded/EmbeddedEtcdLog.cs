using Microsoft.Extensions.Logging;

namespace Coordination.Embedded;

internal static partial class EmbeddedEtcdLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Embedded etcd serves on {Endpoint}. It is for development and tests: in memory, one node, nothing survives this process.")]
    public static partial void Started(ILogger logger, Uri endpoint);

    [LoggerMessage(2, LogLevel.Information, "Embedded etcd on {Endpoint} stopped.")]
    public static partial void Stopped(ILogger logger, Uri endpoint);

    [LoggerMessage(3, LogLevel.Error, "Embedded etcd failed to serve {Method}; this is a bug.")]
    public static partial void Failed(ILogger logger, string method, Exception cause);
}
