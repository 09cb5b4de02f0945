using System.Text;
using Akka.Configuration;

namespace Coordination.Hosting;

/// <summary>
/// Parses HOCON with Akka's parser, after a look at its structure: that parser takes a text with a missing bracket, quote or value for one that says less, or
/// never comes back. It does not know the environment either: what <c>${?NAME}</c> means is put in here, and nothing where NAME is not set.
/// </summary>
internal static class HoconText
{
    /// <summary>Parses a text.</summary>
    /// <exception cref="FormatException">It is no HOCON; the message names the line.</exception>
    public static Config Parse(string text) => ConfigurationFactory.ParseString(
        WithEnvironment(text), static name => throw new FormatException($"'include \"{name}\"': other files are not included"));

    private static string WithEnvironment(string text)
    {
        var whole = new StringBuilder(text.Length);
        var open = new Stack<(char Bracket, int Line)>();
        var line = 1;
        var valueMissing = 0;
        for (var at = 0; at < text.Length;)
        {
            var here = line;
            var token = text.AsSpan(at, LengthOfToken(text, at, line));
            line += token.Count('\n');
            at += token.Length;
            var first = token[0];
            whole.Append(first == '$' ? ValueOf(token) : token);
            if (char.IsWhiteSpace(first) || first is '#' or '/')
            {
                continue;
            }

            if (valueMissing > 0 && first is '}' or ']' or ',')
            {
                throw Problem(valueMissing, "a value is missing");
            }

            valueMissing = first == '=' ? here : 0;
            switch (first)
            {
                case '$' or ':' or '=' or '+' or '`' or '^' or '?' or '!' or '@' or '*' or '&' or '\\' when token.Length == 1 && open.TryPeek(out var list) && list.Bracket == '[':
                    throw Problem(here, $"'{first}' in a list; a text that has it is written in quotes");
                case '{' or '[':
                    open.Push((first, here));
                    break;
                case '}' or ']' when !open.TryPop(out var opened) || opened.Bracket != (first == '}' ? '{' : '['):
                    throw Problem(here, opened.Line == 0 ? $"'{first}' closes nothing" : $"'{first}' is here, but '{opened.Bracket}' of line {opened.Line} is open");
            }
        }

        if (valueMissing > 0)
        {
            throw Problem(valueMissing, "a value is missing");
        }

        if (open.TryPeek(out var unclosed))
        {
            throw Problem(unclosed.Line, $"'{unclosed.Bracket}' is not closed");
        }

        return whole.ToString();
    }

    /// <summary>What a variable of the environment says, as a quoted text; other substitutions are Akka's to make.</summary>
    private static ReadOnlySpan<char> ValueOf(ReadOnlySpan<char> substitution) =>
        !substitution.StartsWith("${?", StringComparison.Ordinal) ? substitution
        : Environment.GetEnvironmentVariable(substitution[3..^1].Trim().ToString()) is { } value
            ? $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : "null";

    /// <summary>A quoted text, a substitution, a comment, or one character.</summary>
    private static int LengthOfToken(string text, int at, int line)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("\"\"\"", StringComparison.Ordinal))
        {
            return rest[3..].IndexOf("\"\"\"", StringComparison.Ordinal) is >= 0 and var length ? length + 6 : throw Problem(line, "\"\"\" is not closed");
        }

        if (rest[0] == '"')
        {
            var length = 1;
            while (length < rest.Length && rest[length] is not ('"' or '\n'))
            {
                length += rest[length] == '\\' ? 2 : 1;
            }

            return length < rest.Length && rest[length] == '"' ? length + 1 : throw Problem(line, "'\"' is not closed");
        }

        if (rest.StartsWith("${", StringComparison.Ordinal))
        {
            return rest.IndexOf('}') is >= 0 and var close ? close + 1 : throw Problem(line, "'${' is not closed");
        }

        var isComment = rest[0] == '#' || rest.StartsWith("//", StringComparison.Ordinal);
        return !isComment ? 1 : rest.IndexOf('\n') is >= 0 and var rests ? rests : rest.Length;
    }

    private static FormatException Problem(int line, string what) => new($"line {line}: {what}");
}
