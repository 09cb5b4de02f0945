using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Diagnostics;

internal static partial class CoordinationLog
{
    [LoggerMessage(650, LogLevel.Warning, "{Instance} ejected for {Time}: it refused the connection, or failed {Failures} times in a row")]
    public static partial void InstanceEjected(this ILogger log, ServiceInstance instance, TimeSpan time, int failures);

    [LoggerMessage(651, LogLevel.Debug, "Attempt {Number} failed at {Instance}: {Outcome}, retried: {Retried}: {Error}")]
    public static partial void AttemptFailed(this ILogger log, int number, ServiceInstance instance, AttemptOutcome outcome, bool retried, string error);

    [LoggerMessage(652, LogLevel.Error, "The callback OnAttempt threw for service {Service}")]
    public static partial void AttemptListenerFailed(this ILogger log, Exception error, string service);
}
