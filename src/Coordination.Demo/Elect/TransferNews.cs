namespace Coordination.Demo.Elect;

/// <summary>What the line of candidates says about a transfer that was asked for.</summary>
internal static class TransferNews
{
    public static bool IsDone(IReadOnlyList<ElectionCandidate> line, string target) => line is [var first, ..] && first.Name == target;

    /// <summary>Why waiting is in vain; null while it is not.</summary>
    public static string? WhyNever(IReadOnlyList<ElectionCandidate> line, string target) =>
        line.All(candidate => candidate.Name != target) ? $"the candidate '{target}' has left; {Leads(line)}"

        // Another one of ours sees the wish, too.
        : line[0].Name is null ? $"'{target}' does not lead: {Stand(line, target)}. A program of another kind knows of no transfer; it leads until it resigns"
        : null;

    /// <summary>Who leads, and where the target is.</summary>
    public static string Stand(IReadOnlyList<ElectionCandidate> line, string target)
    {
        var place = line.TakeWhile(candidate => candidate.Name != target).Count();
        return $"{Leads(line)}, '{target}' {(place == line.Count ? "has left" : $"is number {place + 1} in line")}";
    }

    private static string Leads(IReadOnlyList<ElectionCandidate> line) => line is [var first, ..]
        ? $"{(first.Name is { } name ? $"'{name}'" : $"{first.Key} (of another program)")} leads"
        : "nobody leads";
}
