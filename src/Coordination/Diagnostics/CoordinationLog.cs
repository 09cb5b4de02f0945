using Coordination.Etcd;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Diagnostics;

/// <summary>All log messages of the library. The event ids are stable: 1xx system, 2xx leases, 3xx watches, 4xx locks, 5xx elections, 6xx registration and discovery, 7xx the etcd client.</summary>
internal static partial class CoordinationLog
{
    [LoggerMessage(100, LogLevel.Information, "Coordination '{Name}' started with etcd {Endpoints}")]
    public static partial void SystemStarted(this ILogger log, string name, string endpoints);

    [LoggerMessage(101, LogLevel.Information, "Coordination '{Name}' stopped")]
    public static partial void SystemStopped(this ILogger log, string name);

    [LoggerMessage(102, LogLevel.Error, "A coordination actor failed: {Actor}")]
    public static partial void ActorFailed(this ILogger log, Exception error, string actor);

    [LoggerMessage(103, LogLevel.Information, "{Count} registrations are leaving")]
    public static partial void ServicesLeaving(this ILogger log, int count);

    [LoggerMessage(104, LogLevel.Warning, "Registrations could not be removed in time; they end with their lease: {Error}")]
    public static partial void ServicesNotLeft(this ILogger log, string error);

    [LoggerMessage(105, LogLevel.Warning, "The thread pool is starved: all {Threads} threads are busy or blocked and {Waiting} work items wait; it may use {More} more for now. Does something block on a task?")]
    public static partial void PoolStarved(this ILogger log, int threads, int waiting, int more);

    [LoggerMessage(200, LogLevel.Information, "Lease {Lease} opened with a TTL of {Ttl}")]
    public static partial void LeaseOpened(this ILogger log, LeaseId lease, TimeSpan ttl);

    [LoggerMessage(201, LogLevel.Warning, "Lease {Lease} lost: {Reason}")]
    public static partial void LeaseLost(this ILogger log, LeaseId lease, LossReason reason);

    [LoggerMessage(202, LogLevel.Warning, "Lease {Lease} suspect: no renewal acknowledged for two thirds of its TTL")]
    public static partial void LeaseSuspect(this ILogger log, LeaseId lease);

    [LoggerMessage(203, LogLevel.Warning, "No lease yet: {Error}")]
    public static partial void LeaseNotYetOpened(this ILogger log, string error);

    [LoggerMessage(204, LogLevel.Information, "Lease {Lease} renewed again")]
    public static partial void LeaseTrusted(this ILogger log, LeaseId lease);

    [LoggerMessage(205, LogLevel.Error, "A callback on the loss of {What} threw")]
    public static partial void LossCallbackFailed(this ILogger log, Exception error, string what);

    [LoggerMessage(206, LogLevel.Information, "etcd {Endpoint} is version {Version}: before 3.4.31 and 3.5.13 a deposed leader may acknowledge renewals, so each is proven by a read")]
    public static partial void LeaseServerIsOld(this ILogger log, string endpoint, string version);

    [LoggerMessage(207, LogLevel.Warning, "Renewals cannot be proven on this old etcd: the key {Key} may not be read ({Error})")]
    public static partial void LeaseProofDenied(this ILogger log, string key, string error);

    [LoggerMessage(208, LogLevel.Information, "Lease {Lease} given back")]
    public static partial void LeaseGivenBack(this ILogger log, LeaseId lease);

    [LoggerMessage(209, LogLevel.Warning, "Lease {Lease} could not be given back, so its keys stay until it has run out: {Error}")]
    public static partial void LeaseNotGivenBack(this ILogger log, LeaseId lease, string error);

    [LoggerMessage(300, LogLevel.Information, "Watch of {Keys} interrupted: {Error}")]
    public static partial void WatchInterrupted(this ILogger log, string keys, string error);

    [LoggerMessage(301, LogLevel.Information, "Watch of {Keys} read again at revision {Revision}")]
    public static partial void WatchResynced(this ILogger log, string keys, Revision revision);

    [LoggerMessage(302, LogLevel.Information, "Watch of {Keys} goes on at revision {Revision}")]
    public static partial void WatchResumed(this ILogger log, string keys, Revision revision);

    [LoggerMessage(303, LogLevel.Warning, "Watch of {Keys}: etcd's history was replaced ({Reason}); read again at revision {Revision}")]
    public static partial void WatchHistoryReplaced(this ILogger log, string keys, Revision revision, ResyncReason reason);

    [LoggerMessage(400, LogLevel.Debug, "Lock {Key} acquired with token {Token} on lease {Lease}")]
    public static partial void LockAcquired(this ILogger log, Bytes key, long token, LeaseId lease);

    [LoggerMessage(401, LogLevel.Debug, "Lock {Key} released, token {Token}")]
    public static partial void LockReleased(this ILogger log, string key, long token);

    [LoggerMessage(402, LogLevel.Warning, "Lock {Key} with token {Token} lost: {Reason}")]
    public static partial void LockLost(this ILogger log, string key, long token, LossReason reason);

    [LoggerMessage(350, LogLevel.Warning, "Lease {Lease}: the reply to {Count} writes is lost ({Error}); the fence is moved to find out what became of them")]
    public static partial void JournalReplyLost(this ILogger log, LeaseId lease, int count, string error);

    [LoggerMessage(351, LogLevel.Warning, "Lease {Lease}: no fence ({Error}); each write goes alone, and a lost reply costs the lease")]
    public static partial void JournalFenceless(this ILogger log, LeaseId lease, string error);

    [LoggerMessage(405, LogLevel.Warning, "Lock {Key}: no ticket in the line ({Error}); waiting is by chance")]
    public static partial void LockLineClosed(this ILogger log, string key, string error);

    [LoggerMessage(406, LogLevel.Warning,
        "{What} with token {Token} on lease {Lease} is held, and its handle was forgotten: it stays held until its system is disposed or the process ends")]
    public static partial void HandleForgotten(this ILogger log, string what, long token, LeaseId lease);

    [LoggerMessage(500, LogLevel.Information, "Election {Election}: leading in term {Term} on lease {Lease}")]
    public static partial void Elected(this ILogger log, string election, long term, LeaseId lease);

    [LoggerMessage(501, LogLevel.Warning, "Election {Election}: the leadership of term {Term} is lost: {Reason}")]
    public static partial void LeadershipLost(this ILogger log, string election, long term, LossReason reason);

    [LoggerMessage(502, LogLevel.Information, "Election {Election}: the leader of term {Term} is asked to step down")]
    public static partial void StepDownRequested(this ILogger log, string election, long term);

    [LoggerMessage(503, LogLevel.Debug, "Election {Election}: {What}")]
    public static partial void CandidateNote(this ILogger log, string election, string what);

    [LoggerMessage(504, LogLevel.Error, "Election {Election}: work that runs only while leading has not stopped within {Limit}; the leadership is given back although it still runs")]
    public static partial void WorkDoesNotStop(this ILogger log, string election, TimeSpan limit);

    [LoggerMessage(505, LogLevel.Error, "Election {Election}: the service {Service} failed while leading; another candidate gets its turn")]
    public static partial void LeaderOnlyServiceFailed(this ILogger log, Exception error, string election, string service);

    [LoggerMessage(506, LogLevel.Warning,
        "Election {Election}: the key {Key} is under its name but is no candidate. It is ignored here; candidates that use etcd's own client wait until it is deleted")]
    public static partial void ElectionStrayKey(this ILogger log, string election, string key);

    [LoggerMessage(600, LogLevel.Information, "Instance {Service}/{Id} registered on lease {Lease}")]
    public static partial void Registered(this ILogger log, string service, string id, LeaseId lease);

    [LoggerMessage(601, LogLevel.Information, "Instance {Service}/{Id} deregistered")]
    public static partial void Deregistered(this ILogger log, string service, string id);

    [LoggerMessage(602, LogLevel.Warning, "Instance {Service}/{Id} not registered now: {Problem}")]
    public static partial void NotRegistered(this ILogger log, string service, string id, string problem);

    [LoggerMessage(603, LogLevel.Warning, "Instance {Service}/{Id} is repaired: {What}")]
    public static partial void RegistrationRepaired(this ILogger log, string service, string id, string what);

    [LoggerMessage(604, LogLevel.Error, "Instance {Service}/{Id} cannot be registered: {Problem}")]
    public static partial void RegistrationConflict(this ILogger log, string service, string id, string problem);

    [LoggerMessage(610, LogLevel.Information, "Whole view of {Service} ({Reason}): {Count} instances at revision {Revision}")]
    public static partial void ViewResynced(this ILogger log, string service, ViewReason reason, int count, Revision revision);

    [LoggerMessage(611, LogLevel.Warning, "View of {Service} is stale: {Error}")]
    public static partial void ViewStale(this ILogger log, string service, string error);

    [LoggerMessage(612, LogLevel.Warning, "Entry {Key} set aside: {Reason}")]
    public static partial void EntrySetAside(this ILogger log, string key, string reason);
}
