namespace Coordination.Actors;

/// <summary>Options of a <see cref="BackoffSupervisor"/>. The n-th delay is min(maximum, minimum * 2^n) * (1 + random * randomFactor).</summary>
public static class Backoff
{
    /// <summary>Starts the child again, later and later, when it fails. When the child stops, the supervisor stops.</summary>
    public static BackoffOptions OnFailure(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        new BackoffPlan(BackoffTrigger.Failure, childProps, childName, minBackoff, maxBackoff, randomFactor);

    /// <summary>Starts the child again, later and later, when it fails, at most so many times in a row.</summary>
    public static BackoffOptions OnFailure(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        OnFailure(childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);

    /// <summary>Starts the child again, later and later, when it stops.</summary>
    public static BackoffOptions OnStop(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        new BackoffPlan(BackoffTrigger.Stop, childProps, childName, minBackoff, maxBackoff, randomFactor);

    /// <summary>Starts the child again, later and later, when it stops, at most so many times in a row.</summary>
    public static BackoffOptions OnStop(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);
}
