namespace Coordination.Demo.Tests.Support;

/// <summary>Processes by their ids.</summary>
internal static class ProcessState
{
    /// <summary>A zombie that nobody has waited for yet runs no more.</summary>
    public static bool IsRunning(string processId) =>
        File.Exists($"/proc/{processId}/stat") && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
}
