using System.CommandLine;
using System.CommandLine.Parsing;

namespace Coordination.Demo.Cli;

/// <summary>
/// Mistyped options. The parser takes <c>--lese=12</c> for a value where a value may come, and <c>kv put</c> would store it without its lease. What does begin with two
/// dashes can be said after <c>--</c>.
/// </summary>
internal static class UnknownOptions
{
    public static IEnumerable<string> In(ParseResult result)
    {
        var afterDashes = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        return result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(value => value.Length > 2 && value.StartsWith("--", StringComparison.Ordinal) && !afterDashes.Contains(value));
    }
}
