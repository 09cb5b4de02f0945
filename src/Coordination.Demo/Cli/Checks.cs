using System.CommandLine;
using System.CommandLine.Parsing;

namespace Coordination.Demo.Cli;

/// <summary>Checks of what stands on the command line together. The parser's own validators throw where a value that they ask for is missing, or cannot be read.</summary>
internal static class Checks
{
    /// <summary>Adds a check. It need not mind values that are missing or cannot be read: that is an error already.</summary>
    public static void Check(this Command command, Action<CommandResult> check) => command.Validators.Add(result => Safely(result, check));

    /// <inheritdoc cref="Check(Command, Action{CommandResult})"/>
    public static void Check(this Option option, Action<OptionResult> check) => option.Validators.Add(result => Safely(result, check));

    private static void Safely<T>(T result, Action<T> check)
    {
        try
        {
            check(result);
        }
        catch (InvalidOperationException)
        {
            // What the parser says of such a value is in its errors.
        }
    }
}
