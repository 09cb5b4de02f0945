using System.Runtime.ExceptionServices;

namespace Coordination.Discovery.Balancing;

/// <summary>An attempt that brought no response.</summary>
internal sealed record FailedAttempt(ServiceInstance Instance, AttemptOutcome Outcome, Exception Error)
{
    /// <summary>
    /// What the caller gets. A single failure as HTTP threw it; several in one exception that names them, and that only says "no connection" when that is true of all of
    /// them: callers take it for a proof that nothing was sent.
    /// </summary>
    public static Exception Summary(string service, IReadOnlyList<FailedAttempt> attempts, bool isSpent)
    {
        var last = attempts[^1];
        if (last.Error is OperationCanceledException || last.Outcome is AttemptOutcome.Invalid || (attempts.Count == 1 && !isSpent))
        {
            ExceptionDispatchInfo.Throw(last.Error);
        }

        var error = last.Error as HttpRequestException;
        var kind = attempts.All(attempt => attempt.Outcome is AttemptOutcome.NotConnected) ? error?.HttpRequestError : HttpRequestError.Unknown;
        var causes = string.Join("; ", attempts.Select(attempt => $"{attempt.Instance.Id} at {attempt.Instance.Address}: {attempt.Error.Message}"));
        var spent = isSpent ? " No further attempt: the retry budget is spent (RetryShare, RetryBurst)." : "";
        return new HttpRequestException(
            kind ?? HttpRequestError.Unknown, $"The service '{service}' could not be reached in {attempts.Count} {(attempts.Count == 1 ? "attempt" : "attempts")} ({causes}).{spent}", last.Error, error?.StatusCode);
    }
}
