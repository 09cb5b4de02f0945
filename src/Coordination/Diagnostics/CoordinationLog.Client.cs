using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Diagnostics;

/// <summary>What the etcd client logs.</summary>
internal static partial class CoordinationLog
{
    [LoggerMessage(700, LogLevel.Warning, "The certificates of etcd's endpoints are not verified (SkipServerVerification): anybody on the way can read and change everything")]
    public static partial void ServerNotVerified(this ILogger log);

    [LoggerMessage(701, LogLevel.Information, "Certificates read again: {Subject}")]
    public static partial void CertificatesReloaded(this ILogger log, string subject);

    [LoggerMessage(702, LogLevel.Warning, "The changed certificates cannot be used ({Error}); the previous ones stay in use")]
    public static partial void CertificatesUnusable(this ILogger log, string error);

    [LoggerMessage(703, LogLevel.Debug, "Logged in to etcd as {User} (endpoint {Endpoint})")]
    public static partial void LoggedIn(this ILogger log, string user, string endpoint);

    [LoggerMessage(704, LogLevel.Warning, "Login to etcd as {User} failed (endpoint {Endpoint}): {Error}")]
    public static partial void LoginFailed(this ILogger log, string user, string endpoint, string error);

    [LoggerMessage(705, LogLevel.Information, "etcd's authentication is off (endpoint {Endpoint}); the credentials of {User} are not used")]
    public static partial void AuthenticationIsOff(this ILogger log, string endpoint, string user);

    [LoggerMessage(710, LogLevel.Information, "Now using another endpoint of etcd: {Endpoint} ({Reason})")]
    public static partial void EndpointChanged(this ILogger log, string endpoint, string reason);

    [LoggerMessage(711, LogLevel.Error, "All endpoints belong to another cluster than before: {Cluster:x}, before {Before:x}. The cluster was replaced; everything known of the old one is dropped")]
    public static partial void ClusterReplaced(this ILogger log, ulong cluster, ulong before);

    [LoggerMessage(712, LogLevel.Warning, "etcd {Endpoint} is version {Version}: before 3.4.31 and 3.5.13 a deposed leader may acknowledge renewals of leases that have expired. Upgrade it")]
    public static partial void ServerHasLeaseBugs(this ILogger log, string endpoint, string version);
}
