using System.Globalization;
using System.Text;

namespace Coordination.Actors;

/// <summary>The characters of a text, with line and column, and what is read of them as a whole: quoted and unquoted text, space, comments.</summary>
internal sealed class HoconScanner(string text, string? source)
{
    private const string Reserved = "$\"{}[]:=,#`^?!@*&\\";

    private int _next;
    private int _line = 1;
    private int _lineStart;

    public bool AtEnd => _next >= text.Length;

    public char Current => AtEnd ? '\0' : text[_next];

    public HoconPosition At => new(_line, _next - _lineStart + 1, source);

    public bool Sees(string expected) => string.CompareOrdinal(text, _next, expected, 0, expected.Length) == 0;

    public bool Skip(string expected)
    {
        if (!Sees(expected)) return false;
        for (var i = 0; i < expected.Length; i++) Take();
        return true;
    }

    public char Take()
    {
        if (AtEnd) throw Error("the text ends too early");
        var c = text[_next++];
        if (c == '\n') (_line, _lineStart) = (_line + 1, _next);
        return c;
    }

    public HoconSyntaxException Error(string problem) => new(At, problem);

    /// <summary>Blanks, but no new line.</summary>
    public string TakeBlanks()
    {
        var start = _next;
        while (!AtEnd && Current != '\n' && IsBlank(Current)) Take();
        return text[start.._next];
    }

    /// <summary>Blanks, new lines and comments. True when there was a new line.</summary>
    public bool SkipSpace()
    {
        var line = _line;
        while (!AtEnd)
        {
            if (IsBlank(Current)) Take();
            else if (!SkipComment()) break;
        }

        return _line > line;
    }

    public bool SkipComment()
    {
        if (Current != '#' && !Sees("//")) return false;
        while (!AtEnd && Current != '\n') Take();
        return true;
    }

    public bool IsUnquoted => !AtEnd && !IsBlank(Current) && !Reserved.Contains(Current, StringComparison.Ordinal) && !Sees("//") && !Sees("+=");

    public string TakeUnquoted(bool stopAtDot)
    {
        var start = _next;
        while (IsUnquoted && !(stopAtDot && Current == '.')) Take();
        return text[start.._next];
    }

    public string TakeQuoted()
    {
        if (Skip("\"\"\"")) return TakeTripleQuoted();
        Take();
        var result = new StringBuilder();
        while (true)
        {
            if (AtEnd || Current == '\n') throw Error("a quoted text is not closed");
            var c = Take();
            if (c == '"') return result.ToString();
            result.Append(c == '\\' ? TakeEscape() : c);
        }
    }

    private string TakeTripleQuoted()
    {
        var end = text.IndexOf("\"\"\"", _next, StringComparison.Ordinal);
        if (end < 0) throw Error("a text in three quotes is not closed");
        while (end + 3 < text.Length && text[end + 3] == '"') end++; // more quotes at the end belong to the text
        var start = _next;
        while (_next < end) Take();
        Skip("\"\"\"");
        return text[start..end];
    }

    private char TakeEscape()
    {
        var c = Take();
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _next + 4 <= text.Length && ushort.TryParse(text.AsSpan(_next, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _next += 4;
                return (char)code;
            default: throw Error($"\\{c} is not an escape sequence");
        }
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';
}
