using System.Globalization;

namespace Coordination.Actors;

/// <summary>A value of a configuration: text, a list or an object. Immutable.</summary>
public class HoconValue
{
    private readonly string? _text;
    private readonly IReadOnlyList<HoconValue>? _items;
    private readonly OrderedDictionary<string, HoconValue>? _fields;

    /// <summary>An empty value.</summary>
    public HoconValue() { }

    internal HoconValue(string text) => _text = text;

    internal HoconValue(IReadOnlyList<HoconValue> items) => _items = items;

    internal HoconValue(OrderedDictionary<string, HoconValue> fields) => _fields = fields;

    /// <summary>True for null and for what has no value.</summary>
    public bool IsEmpty => _text is null && _items is null && _fields is null;

    internal IReadOnlyDictionary<string, HoconValue>? Fields => _fields;

    internal IReadOnlyList<HoconValue>? Items => _items;

    /// <summary>True for text, numbers and booleans.</summary>
    public bool IsString() => _text is not null;

    /// <summary>True for lists.</summary>
    public bool IsArray() => _items is not null;

    /// <summary>True for objects.</summary>
    public bool IsObject() => _fields is not null;

    /// <summary>The text, or null.</summary>
    public string? GetString() => _text;

    /// <summary>The items of a list.</summary>
    public IList<HoconValue> GetArray() => _items is null ? throw Wrong("a list") : [.. _items];

    /// <summary>The field of an object, or null.</summary>
    public HoconValue? GetChildObject(string key) => _fields?.GetValueOrDefault(key);

    /// <summary>True, on, yes; false, off, no.</summary>
    public bool GetBoolean() => _text switch
    {
        "true" or "on" or "yes" => true,
        "false" or "off" or "no" => false,
        _ => throw Wrong("a boolean (true, on, yes, false, off, no)"),
    };

    /// <summary>A whole number of 32 bits.</summary>
    public int GetInt() => Number<int>("a whole number of 32 bits");

    /// <summary>A whole number of 64 bits.</summary>
    public long GetLong() => Number<long>("a whole number of 64 bits");

    /// <summary>A byte.</summary>
    public byte GetByte() => Number<byte>("a byte");

    /// <summary>A number.</summary>
    public float GetFloat() => Number<float>("a number");

    /// <summary>A number.</summary>
    public double GetDouble() => Number<double>("a number");

    /// <summary>A decimal number.</summary>
    public decimal GetDecimal() => Number<decimal>("a number");

    /// <summary>A duration: a number with ns, us, ms, s, m, h or d; without a unit it is milliseconds. "infinite" if that is allowed.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) =>
        HoconUnits.TryDuration(_text, allowInfinite, out var duration) ? duration : throw Wrong("a duration like 10s or 500 ms");

    /// <summary>A size in bytes: a number with B, kB, K, MB, M and so on; null when empty.</summary>
    public long? GetByteSize() =>
        _text is null && IsEmpty ? null : HoconUnits.TrySize(_text, out var size) ? size : throw Wrong("a size like 512k or 10 MiB");

    /// <summary>A list of texts.</summary>
    public IList<string> GetStringList() => List(v => v.GetString() ?? throw v.Wrong("a text"));

    /// <summary>A list of booleans.</summary>
    public IList<bool> GetBooleanList() => List(v => v.GetBoolean());

    /// <summary>A list of whole numbers.</summary>
    public IList<int> GetIntList() => List(v => v.GetInt());

    /// <summary>A list of whole numbers.</summary>
    public IList<long> GetLongList() => List(v => v.GetLong());

    /// <summary>A list of bytes.</summary>
    public IList<byte> GetByteList() => List(v => v.GetByte());

    /// <summary>A list of numbers.</summary>
    public IList<float> GetFloatList() => List(v => v.GetFloat());

    /// <summary>A list of numbers.</summary>
    public IList<double> GetDoubleList() => List(v => v.GetDouble());

    /// <summary>A list of numbers.</summary>
    public IList<decimal> GetDecimalList() => List(v => v.GetDecimal());

    /// <summary>HOCON text of the value.</summary>
    public override string ToString() => HoconWriter.Write(this);

    /// <summary>Puts this object over another one; what is not an object replaces the other.</summary>
    internal HoconValue Over(HoconValue other)
    {
        if (_fields is null || other._fields is null) return this;
        var merged = new OrderedDictionary<string, HoconValue>(other._fields, StringComparer.Ordinal);
        foreach (var (name, value) in _fields) merged[name] = merged.TryGetValue(name, out var below) ? value.Over(below) : value;
        return new HoconValue(merged);
    }

    private T Number<T>(string expected) where T : struct, IParsable<T>, System.Numerics.INumberBase<T> =>
        T.TryParse(_text?.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(expected);

    private IList<T> List<T>(Func<HoconValue, T> read) => _items is null ? throw Wrong("a list") : [.. _items.Select(read)];

    private FormatException Wrong(string expected) => new($"{(IsEmpty ? "nothing" : ToString())} is not {expected}");
}
