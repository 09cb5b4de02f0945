namespace Coordination.Actors;

/// <summary>
/// Resolves substitutions. A field is the fold of all values assigned to it: objects are merged, others replace what was before,
/// and a field that refers to itself sees what was assigned before.
/// </summary>
internal sealed class HoconResolver(ObjectNode root)
{
    // The fields that are being resolved, with what they are worth so far.
    private readonly Dictionary<string, HoconValue?> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoconValue?> _done = new(StringComparer.Ordinal);

    public HoconValue Resolve() => Resolve(root, []) ?? new HoconValue();

    private HoconValue? Resolve(HoconNode node, IReadOnlyList<string> path) => node switch
    {
        TextNode { IsQuoted: false, Text: "null" } => new HoconValue(),
        TextNode text => new HoconValue(text.Text),
        ValueNode value => value.Value,
        SubstitutionNode substitution => Substitute(substitution),
        ListNode list => new HoconValue([.. list.Items.Select(item => Resolve(item, [.. path, "[]"])).OfType<HoconValue>()]),
        ConcatNode concat => Concat(concat, path),
        ObjectNode inner => ResolveObject(inner, path),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private HoconValue ResolveObject(ObjectNode node, IReadOnlyList<string> path)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (name, layers) in node.Fields)
        {
            if (ResolveField(layers, [.. path, name]) is { } value) fields.Add(name, value);
        }

        return new HoconValue(fields);
    }

    private HoconValue? ResolveField(IReadOnlyList<HoconNode> layers, IReadOnlyList<string> path)
    {
        var key = Key(path);
        var outer = _open.TryGetValue(key, out var before);
        HoconValue? value = null;
        foreach (var layer in layers)
        {
            _open[key] = value;
            if (Resolve(layer, path) is not { } next) continue;
            value = value is null ? next : next.Over(value);
        }

        if (outer) _open[key] = before;
        else _open.Remove(key);
        return value;
    }

    private HoconValue? Substitute(SubstitutionNode substitution)
    {
        if (substitution.Prefix.Count > 0 && Lookup([.. substitution.Prefix, .. substitution.Path]) is { } near) return near;
        if (Lookup(substitution.Path) is { } value) return value;
        if (Environment.GetEnvironmentVariable(string.Join('.', substitution.Path)) is { } variable) return new HoconValue(variable);
        if (substitution.IsOptional) return null;
        throw new HoconSyntaxException(substitution.At, _open.ContainsKey(Key(substitution.Path))
            ? $"${{{string.Join('.', substitution.Path)}}} refers to itself"
            : $"${{{string.Join('.', substitution.Path)}}} cannot be resolved");
    }

    private HoconValue? Lookup(IReadOnlyList<string> path)
    {
        var key = Key(path);
        if (_open.TryGetValue(key, out var soFar)) return soFar;
        if (_done.TryGetValue(key, out var known)) return known;
        if (LayersAt(path) is not { Count: > 0 } layers) return null;
        var value = ResolveField(layers, path);
        if (_open.Count == 0) _done[key] = value; // while others are open it may depend on what they are worth so far
        return value;
    }

    /// <summary>All that was assigned to a path, through objects and through what substitutes objects.</summary>
    private IReadOnlyList<HoconNode> LayersAt(IReadOnlyList<string> path)
    {
        IReadOnlyList<HoconNode> layers = [root];
        var walked = new List<string>();
        foreach (var name in path)
        {
            var next = new List<HoconNode>();
            foreach (var layer in layers)
            {
                if (layer is ObjectNode inner)
                {
                    if (inner.Fields.TryGetValue(name, out var assigned)) next.AddRange(assigned);
                }
                else if (ResolveLayer(layer, walked) is { } value)
                {
                    if (!value.IsObject()) next.Clear();
                    else if (value.GetChildObject(name) is { } child) next.Add(new ValueNode(layer.At, child));
                }
            }

            layers = next;
            walked.Add(name);
        }

        return layers;
    }

    private HoconValue? ResolveLayer(HoconNode layer, List<string> path)
    {
        var key = Key(path);
        if (_open.TryGetValue(key, out var soFar)) return soFar;
        _open[key] = null;
        try
        {
            return Resolve(layer, path);
        }
        finally
        {
            _open.Remove(key);
        }
    }

    private HoconValue? Concat(ConcatNode concat, IReadOnlyList<string> path)
    {
        HoconValue? result = null;
        string? text = null;
        foreach (var part in concat.Parts)
        {
            if (part is TextNode { IsSpace: true } space)
            {
                text += space.Text;
                continue;
            }

            var value = part is TextNode { IsQuoted: false } word ? new HoconValue(word.Text) : Resolve(part, path);
            if (value is null || value.IsEmpty) continue;
            if (value.IsString())
            {
                if (result is not null) throw Mixed(part);
                text += value.GetString();
                continue;
            }

            if (!string.IsNullOrWhiteSpace(text)) throw Mixed(part);
            text = null;
            if (result is null) result = value;
            else if (result.IsObject() && value.IsObject()) result = value.Over(result);
            else if (result.IsArray() && value.IsArray()) result = new HoconValue([.. result.Items!, .. value.Items!]);
            else throw Mixed(part);
        }

        return result ?? (text is null ? null : new HoconValue(concat.Parts[^1] is TextNode { IsQuoted: true } ? text : text.TrimEnd()));
    }

    private static HoconSyntaxException Mixed(HoconNode part) => new(part.At, "texts, lists and objects cannot be joined with each other");

    private static string Key(IEnumerable<string> path) => string.Join('\u0001', path);
}
