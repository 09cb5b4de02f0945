using System.Text;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Kv.Txn;

/// <summary>Splits a line into words, as etcdctl does: spaces, 'quotes' taken literally, "quotes" with \n, \t, \\, \" and \xNN.</summary>
internal static class TxnWords
{
    /// <exception cref="UsageException">A quote is not closed.</exception>
    public static string[] Split(string line)
    {
        var words = new List<string>();
        for (var at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
            }
            else if (line[at] is '"' or '\'')
            {
                var (word, length) = Quoted(line[at..]);
                words.Add(word);
                at += length;
            }
            else
            {
                var end = at;
                while (end < line.Length && !char.IsWhiteSpace(line[end]))
                {
                    end++;
                }

                words.Add(line[at..end]);
                at = end;
            }
        }

        return [.. words];
    }

    /// <summary>The text in the quotes that the line begins with, and how long it is with them.</summary>
    public static (string Text, int Length) Quoted(string line)
    {
        var quote = line[0];
        var text = new StringBuilder();
        for (var at = 1; at < line.Length; at++)
        {
            if (line[at] == quote)
            {
                return (text.ToString(), at + 1);
            }

            if (line[at] == '\\' && quote == '"' && at + 1 < line.Length)
            {
                at++;
                text.Append(line[at] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'x' when at + 2 < line.Length && byte.TryParse(line.AsSpan(at + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code) && code < 0x80 => Hex(ref at, code),
                    'x' => throw new UsageException($"A word with bytes above \\x7f, or without two digits after \\x, is no UTF-8 here, and is not guessed at: {line}"),
                    var other => other,
                });
            }
            else
            {
                text.Append(line[at]);
            }
        }

        throw new UsageException($"A {quote} is not closed: {line}");
    }

    private static char Hex(ref int at, byte code)
    {
        at += 2;
        return (char)code;
    }
}
