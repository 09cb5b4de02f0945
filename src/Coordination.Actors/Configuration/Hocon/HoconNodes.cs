namespace Coordination.Actors;

/// <summary>What the parser makes of a text: values whose substitutions are not resolved yet.</summary>
internal abstract class HoconNode(HoconPosition at)
{
    public HoconPosition At { get; } = at;
}

/// <summary>Text, or white space between two parts of a value.</summary>
internal sealed class TextNode(HoconPosition at, string text, bool quoted, bool isSpace = false) : HoconNode(at)
{
    public string Text => text;

    public bool IsQuoted => quoted;

    public bool IsSpace => isSpace;
}

/// <summary><c>${path}</c> or <c>${?path}</c>. In an included text, the path is tried below the place of the include first.</summary>
internal sealed class SubstitutionNode(HoconPosition at, IReadOnlyList<string> path, bool optional) : HoconNode(at)
{
    public IReadOnlyList<string> Path => path;

    public bool IsOptional => optional;

    public IReadOnlyList<string> Prefix { get; set; } = [];
}

/// <summary>A list.</summary>
internal sealed class ListNode(HoconPosition at, IReadOnlyList<HoconNode> items) : HoconNode(at)
{
    public IReadOnlyList<HoconNode> Items => items;
}

/// <summary>Several values side by side: texts are joined, lists are appended, objects are merged.</summary>
internal sealed class ConcatNode(HoconPosition at, IReadOnlyList<HoconNode> parts) : HoconNode(at)
{
    public IReadOnlyList<HoconNode> Parts => parts;
}

/// <summary>A value that is resolved already.</summary>
internal sealed class ValueNode(HoconPosition at, HoconValue value) : HoconNode(at)
{
    public HoconValue Value => value;
}

/// <summary>An object: for each field the values that were assigned to it, the last one last.</summary>
internal sealed class ObjectNode(HoconPosition at) : HoconNode(at)
{
    public OrderedDictionary<string, List<HoconNode>> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Assigns a value to a path; the objects on the way are made.</summary>
    public void Assign(IReadOnlyList<string> path, HoconNode value)
    {
        var target = this;
        foreach (var name in path.SkipLast(1))
        {
            var inner = new ObjectNode(value.At);
            target.AssignField(name, inner);
            target = (ObjectNode)target.Fields[name][^1];
        }

        target.AssignField(path[^1], value);
    }

    /// <summary>Assigns all fields of another object.</summary>
    public void MergeIn(ObjectNode other)
    {
        foreach (var (name, layers) in other.Fields)
        {
            foreach (var layer in layers) AssignField(name, layer);
        }
    }

    private void AssignField(string name, HoconNode value)
    {
        if (!Fields.TryGetValue(name, out var layers))
        {
            Fields.Add(name, [value]);
            return;
        }

        if (value is ObjectNode added && layers[^1] is ObjectNode existing) existing.MergeIn(added);
        else if (value is TextNode or ListNode or ValueNode) Replace(layers, value);
        else layers.Add(value);
    }

    // What is neither an object nor a substitution hides everything before it.
    private static void Replace(List<HoconNode> layers, HoconNode value)
    {
        layers.Clear();
        layers.Add(value);
    }
}
