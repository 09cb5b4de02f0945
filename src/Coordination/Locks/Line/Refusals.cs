using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>What those are told who do not get a lock of any kind, other than that somebody holds it.</summary>
internal static class Refusals
{
    public static CoordinationException Stopping() => new(CoordinationErrorKind.Stopped, "The coordination system is stopping");

    public static CoordinationException TooManyLocks(object name, int limit) =>
        Limit(name, $"{limit} locks are in use in this process (Locks.MaxLocks)");

    public static CoordinationException TooManyWaiters(object name, int limit) =>
        Limit(name, $"{limit} requests already wait for it in this process (Locks.MaxWaiters)");

    /// <summary>Time is up, and the last that was heard was an error.</summary>
    public static CoordinationException LateAfter(CoordinationException error, object name) =>
        new(error.Kind, $"The lock '{name}' was not acquired in time: {error.Message}", error);

    /// <summary>Time is up, and there is no lease yet.</summary>
    public static CoordinationException LateWithoutLease(CoordinationContext context, object name)
    {
        var error = context.Session.LastError;
        return new(
            (error as CoordinationException)?.Kind ?? CoordinationErrorKind.Unavailable,
            $"The lock '{name}' was not acquired in time: etcd could not be used{EndpointText.Beside(error?.Message, context.Etcd.Endpoints)}: "
            + (error?.Message ?? "no answer to the grant of a lease"),
            error);
    }

    /// <summary>Time is up, and etcd has not said anything.</summary>
    public static CoordinationException LateWithoutAnswer(CoordinationContext context, object name) =>
        new(CoordinationErrorKind.Timeout, $"The lock '{name}' was not acquired in time: etcd has not answered{EndpointText.Beside(null, context.Etcd.Endpoints)}");

    private static CoordinationException Limit(object name, string why) =>
        new(CoordinationErrorKind.LimitReached, $"The lock '{name}' cannot be asked for: {why}");
}
