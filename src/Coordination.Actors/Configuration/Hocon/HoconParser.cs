namespace Coordination.Actors;

/// <summary>The grammar.</summary>
internal sealed class HoconParser(HoconScanner scan, Func<HoconInclude, HoconPosition, HoconNode>? include)
{
    private const int MaxDepth = 200;

    private readonly List<string> _path = []; // of the field whose value is being read
    private int _depth;

    public ObjectNode ParseRoot()
    {
        scan.SkipSpace();
        var root = new ObjectNode(scan.At);
        var braces = scan.Skip("{");
        ParseFields(root, braces);
        scan.SkipSpace();
        if (!scan.AtEnd) throw scan.Error($"'{scan.Current}' does not belong here");
        return root;
    }

    private void ParseFields(ObjectNode target, bool braces)
    {
        if (++_depth > MaxDepth) throw scan.Error($"more than {MaxDepth} levels");
        while (true)
        {
            scan.SkipSpace();
            if (scan.AtEnd)
            {
                if (braces) throw scan.Error("an object is not closed: '}' is missing");
                break;
            }

            if (scan.Current == '}')
            {
                if (!braces) throw scan.Error("'}' closes nothing");
                scan.Take();
                break;
            }

            ParseField(target);
            var newLine = scan.SkipSpace();
            if (!scan.Skip(",") && !newLine && !scan.AtEnd && scan.Current != '}') throw scan.Error($"a comma or a new line is missing before '{scan.Current}'");
        }

        _depth--;
    }

    private void ParseField(ObjectNode target)
    {
        var at = scan.At;
        var (path, quoted) = ParseKey();
        if (!quoted && path is ["include"] && scan.Current is '"' or 'f' or 'r' or 'u' or 'c' && TryParseInclude(target, at)) return;
        if (!quoted && path.Count == 1 && path[0].StartsWith("include ", StringComparison.Ordinal)) throw scan.Error("include needs a quoted name");

        scan.SkipSpace();
        var outer = _path.Count;
        _path.AddRange(path);
        if (scan.Current == '{') target.Assign(path, ParseValue());
        else if (scan.Skip("+=")) target.Assign(path, Appended(at));
        else if (scan.Skip("=") || scan.Skip(":")) target.Assign(path, ParseValue());
        else throw scan.Error($"'=', ':' or '{{' is missing after the key {string.Join('.', path)}");
        _path.RemoveRange(outer, _path.Count - outer);
    }

    // a += b is a = ${?a} [b]
    private ConcatNode Appended(HoconPosition at)
    {
        var self = new SubstitutionNode(at, [.. _path], optional: true);
        return new ConcatNode(at, [self, new ListNode(at, [ParseValue()])]);
    }

    private (IReadOnlyList<string> Path, bool Quoted) ParseKey()
    {
        var names = new List<string>();
        var quoted = false;
        do
        {
            scan.TakeBlanks();
            var name = "";
            while (scan.Current == '"' || (scan.IsUnquoted && scan.Current != '.'))
            {
                quoted |= scan.Current == '"';
                name += scan.Current == '"' ? scan.TakeQuoted() : scan.TakeUnquoted(stopAtDot: true);
                if (names.Count == 0 && name == "include" && !quoted)
                {
                    scan.TakeBlanks();
                    if (scan.Current == '"' || scan.Sees("file(") || scan.Sees("required(") || scan.Sees("url(") || scan.Sees("classpath(")) return (["include"], false);
                }

                var blanks = scan.TakeBlanks();
                if (blanks.Length > 0 && scan.IsUnquoted && scan.Current != '.') name += blanks;
            }

            if (name.Length == 0 && !quoted) throw scan.Error(scan.AtEnd ? "a key is missing at the end" : $"'{scan.Current}' cannot begin a key");
            names.Add(name);
        }
        while (scan.Skip("."));
        return (names, quoted);
    }

    private bool TryParseInclude(ObjectNode target, HoconPosition at)
    {
        var required = scan.Skip("required(");
        if (scan.Sees("url(") || scan.Sees("classpath(")) throw scan.Error("only files can be included");
        var file = scan.Skip("file(");
        if (scan.Current != '"') return false;
        var name = scan.TakeQuoted();
        if ((file && !scan.Skip(")")) || (required && !scan.Skip(")"))) throw scan.Error("')' is missing");
        if (include is null) throw new HoconSyntaxException(at, $"include \"{name}\": nothing can be included here");
        switch (include(new HoconInclude(name, required), at))
        {
            case ObjectNode included:
                Prefix(included);
                target.MergeIn(included);
                break;
            case ValueNode { Value.Fields: { } fields }:
                foreach (var (field, value) in fields) target.Assign([field], new ValueNode(at, value));
                break;
            default:
                throw new HoconSyntaxException(at, $"include \"{name}\": what is included is not an object");
        }

        return true;
    }

    private void Prefix(HoconNode node)
    {
        switch (node)
        {
            case SubstitutionNode substitution:
                substitution.Prefix = [.. _path, .. substitution.Prefix];
                break;
            case ListNode list:
                foreach (var item in list.Items) Prefix(item);
                break;
            case ConcatNode concat:
                foreach (var part in concat.Parts) Prefix(part);
                break;
            case ObjectNode inner:
                foreach (var layer in inner.Fields.Values.SelectMany(layers => layers)) Prefix(layer);
                break;
        }
    }

    private HoconNode ParseValue()
    {
        scan.SkipSpace();
        var at = scan.At;
        var parts = new List<HoconNode>();
        while (true)
        {
            var blanksAt = scan.At;
            var blanks = scan.TakeBlanks();
            if (ParsePart() is not { } part) break;
            if (parts.Count > 0 && blanks.Length > 0) parts.Add(new TextNode(blanksAt, blanks, quoted: false, isSpace: true));
            parts.Add(part);
        }

        return parts.Count switch
        {
            0 => throw scan.Error("a value is missing"),
            1 => parts[0],
            _ => new ConcatNode(at, parts),
        };
    }

    private HoconNode? ParsePart()
    {
        var at = scan.At;
        switch (scan.Current)
        {
            case '{':
                scan.Take();
                var inner = new ObjectNode(at);
                ParseFields(inner, braces: true);
                return inner;
            case '[':
                scan.Take();
                return ParseList(at);
            case '"':
                return new TextNode(at, scan.TakeQuoted(), quoted: true);
            case '$':
                return ParseSubstitution(at);
        }

        if (scan.IsUnquoted) return new TextNode(at, scan.TakeUnquoted(stopAtDot: false), quoted: false);
        if (scan.AtEnd || scan.Current is '\n' or ',' or '}' or ']' || scan.Sees("//") || scan.Current == '#') return null;
        throw scan.Error($"'{scan.Current}' must be quoted");
    }

    private ListNode ParseList(HoconPosition at)
    {
        if (++_depth > MaxDepth) throw scan.Error($"more than {MaxDepth} levels");
        var items = new List<HoconNode>();
        while (true)
        {
            scan.SkipSpace();
            if (scan.AtEnd) throw scan.Error("a list is not closed: ']' is missing");
            if (scan.Skip("]")) break;
            items.Add(ParseValue());
            var newLine = scan.SkipSpace();
            if (!scan.Skip(",") && !newLine && scan.Current != ']' && !scan.AtEnd) throw scan.Error($"a comma or a new line is missing before '{scan.Current}'");
        }

        _depth--;
        return new ListNode(at, items);
    }

    private SubstitutionNode ParseSubstitution(HoconPosition at)
    {
        if (!scan.Skip("${")) throw scan.Error("'$' must be quoted, or begin a substitution ${…}");
        var optional = scan.Skip("?");
        var (path, _) = ParseKey();
        if (!scan.Skip("}")) throw scan.Error("a substitution is not closed: '}' is missing");
        return new SubstitutionNode(at, path, optional);
    }
}
