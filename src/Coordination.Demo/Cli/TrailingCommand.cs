namespace Coordination.Demo.Cli;

/// <summary>The command that a user wants to be run: everything after <c>--</c>, untouched by our own parsing.</summary>
internal static class TrailingCommand
{
    /// <summary>Splits the command line of a tool command that runs another one; others keep it whole.</summary>
    /// <param name="args">The whole command line.</param>
    /// <param name="takers">The names of the commands that run another one.</param>
    public static (string[] Own, string[] Trailing) Split(string[] args, params string[] takers)
    {
        var at = Array.IndexOf(args, "--");
        return at > 0 && takers.Contains(args[0], StringComparer.Ordinal) ? (args[..at], args[(at + 1)..]) : (args, []);
    }
}
