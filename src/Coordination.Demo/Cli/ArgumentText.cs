namespace Coordination.Demo.Cli;

/// <summary>What an <see cref="ArgumentException"/> of the library says, without the name of a parameter that users of the command line have never seen.</summary>
internal static class ArgumentText
{
    public static string Of(Exception error) => error is ArgumentException { ParamName: { } name }
        ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : error.Message;
}
