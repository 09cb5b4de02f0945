using System.Text.Unicode;

namespace Coordination.Demo.Cli;

/// <summary>
/// Finds arguments whose bytes are no UTF-8. What cannot be decoded has become U+FFFD by the time that a program sees it, so two keys would be one, and a value another.
/// </summary>
internal static class UndecodedArguments
{
    private const char Replacement = '\uFFFD';
    private const string OwnCommandLine = "/proc/self/cmdline";

    /// <summary>What to tell the user; null when all is well.</summary>
    public static string? Problem(IReadOnlyList<string> args) => Problem(args, OperatingSystem.IsLinux() ? File.ReadAllBytes(OwnCommandLine) : null);

    /// <param name="args">As the runtime decoded them.</param>
    /// <param name="raw">All arguments as they were given, with zeros between; null when the system does not tell. Then one that has U+FFFD is refused, too.</param>
    internal static string? Problem(IReadOnlyList<string> args, byte[]? raw)
    {
        for (var n = 0; n < args.Count; n++)
        {
            if (args[n].Contains(Replacement, StringComparison.Ordinal) && (raw is null || !Utf8.IsValid(raw)))
            {
                return $"argument {n + 1}, '{args[n]}', is no UTF-8, and is not guessed at. A value of any bytes comes on the standard input: coordination kv put <key> < file.";
            }
        }

        return null;
    }
}
