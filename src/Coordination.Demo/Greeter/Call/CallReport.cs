using System.Globalization;

namespace Coordination.Demo.Greeter.Call;

/// <summary>One call and what came of it.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="At">When it was over, since the start.</param>
/// <param name="Elapsed">How long it took, retries included.</param>
/// <param name="Attempts">Where it was sent to.</param>
/// <param name="Reply">The answer; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record CallReport(int Number, TimeSpan At, TimeSpan Elapsed, IReadOnlyList<BalancedAttempt> Attempts, GreetReply? Reply, string? Error)
{
    /// <summary>The call as a line for people.</summary>
    public override string ToString()
    {
        var failed = Attempts.Where(attempt => attempt.Error is not null).Select(attempt => $"{attempt.Instance.Id} {attempt.Outcome}");
        var retries = Attempts.Count > 1 ? $"  (attempt {Attempts.Count}, after {string.Join(", ", failed.Take(Attempts.Count - 1))})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(Reply is { } reply ? $"{reply.Message,-24} from {reply.Instance,-24}" : $"FAILED: {Error}")} {Elapsed.TotalMilliseconds,8:0.00} ms{retries}");
    }
}
