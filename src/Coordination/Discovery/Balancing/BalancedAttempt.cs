namespace Coordination;

/// <summary>One time that a request was sent to an instance.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Number">1 for the first attempt of the request, 2 for the first retry…</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Elapsed">How long it took until the response began, or until it failed.</param>
/// <param name="Error">The failure; null when a response began.</param>
/// <param name="Retried">Whether another attempt follows.</param>
public sealed record BalancedAttempt(
    ServiceInstance Instance, int Number, AttemptOutcome Outcome, TimeSpan Elapsed, Exception? Error, bool Retried);
