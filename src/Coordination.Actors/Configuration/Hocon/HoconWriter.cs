using System.Text;

namespace Coordination.Actors;

/// <summary>From values to text that reads back as the same values.</summary>
internal static class HoconWriter
{
    public static string Write(HoconValue value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, HoconValue value, int depth)
    {
        if (value.Fields is { } fields)
        {
            text.Append("{\n");
            foreach (var (name, field) in fields)
            {
                text.Append(' ', (depth + 1) * 2).Append(Quote(name)).Append(" : ");
                Write(text, field, depth + 1);
                text.Append('\n');
            }

            text.Append(' ', depth * 2).Append('}');
        }
        else if (value.Items is { } items)
        {
            text.Append('[');
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0) text.Append(", ");
                Write(text, items[i], depth + 1);
            }

            text.Append(']');
        }
        else
        {
            text.Append(value.GetString() is { } s ? Quote(s) : "null");
        }
    }

    private static string Quote(string s) =>
        s.Length > 0 && s != "null" && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? s
            : $"\"{s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";
}
