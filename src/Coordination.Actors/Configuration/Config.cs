namespace Coordination.Actors;

/// <summary>Settings by path, for example <c>coordination.lease.ttl</c>. Immutable. A setting that is not there has the default that the caller gives.</summary>
public class Config
{
    /// <summary>A configuration without settings.</summary>
    public static readonly Config Empty = new();

    /// <summary>A configuration without settings.</summary>
    public Config() : this(new HoconRoot(new HoconValue())) { }

    /// <summary>The settings of a text.</summary>
    public Config(HoconRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        Root = root.Value;
    }

    /// <summary>Settings, and others for those that are not there.</summary>
    public Config(Config source, Config fallback)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(fallback);
        Root = source.IsEmpty ? fallback.Root : fallback.IsEmpty ? source.Root : source.Root.Over(fallback.Root);
    }

    /// <summary>All settings as one value.</summary>
    public HoconValue Root { get; }

    /// <summary>True when there are no settings.</summary>
    public virtual bool IsEmpty => Root.IsEmpty || Root.Fields is { Count: 0 };

    /// <summary>These settings, and the given ones for those that are not there. Objects are merged.</summary>
    public virtual Config WithFallback(Config fallback) => fallback is null || ReferenceEquals(fallback, this) ? this : new Config(this, fallback);

    /// <summary>True when there is a setting and it is not null.</summary>
    public virtual bool HasPath(string path) => GetValue(path) is { IsEmpty: false };

    /// <summary>The value at a path, or null.</summary>
    public HoconValue? GetValue(string path)
    {
        var value = Root;
        foreach (var name in HoconPath.Split(path))
        {
            if (value.GetChildObject(name) is not { } child) return null;
            value = child;
        }

        return value;
    }

    /// <summary>The settings below a path; without settings when there are none.</summary>
    public virtual Config GetConfig(string path) => GetValue(path) is { IsEmpty: false } value ? new Config(new HoconRoot(value)) : Empty;

    /// <summary>A text.</summary>
    public virtual string? GetString(string path, string? @default = null) => Read(path, v => v.GetString() ?? throw new FormatException($"{v} is not a text"), @default);

    /// <summary>A boolean: true, on, yes, false, off, no.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Read(path, v => v.GetBoolean(), @default);

    /// <summary>A whole number.</summary>
    public virtual int GetInt(string path, int @default = 0) => Read(path, v => v.GetInt(), @default);

    /// <summary>A whole number.</summary>
    public virtual long GetLong(string path, long @default = 0) => Read(path, v => v.GetLong(), @default);

    /// <summary>A number.</summary>
    public virtual float GetFloat(string path, float @default = 0) => Read(path, v => v.GetFloat(), @default);

    /// <summary>A number.</summary>
    public virtual double GetDouble(string path, double @default = 0) => Read(path, v => v.GetDouble(), @default);

    /// <summary>A decimal number.</summary>
    public virtual decimal GetDecimal(string path, decimal @default = 0) => Read(path, v => v.GetDecimal(), @default);

    /// <summary>A duration: a number with ns, us, ms, s, m, h or d; without a unit it is milliseconds. "infinite" if that is allowed.</summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Read(path, v => v.GetTimeSpan(allowInfinite), @default ?? TimeSpan.Zero);

    /// <summary>A size in bytes, or null.</summary>
    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    /// <summary>A size in bytes: a number with B, kB, K, MB, M and so on.</summary>
    public virtual long? GetByteSize(string path, long? def = null) => Read(path, v => v.GetByteSize(), def);

    /// <summary>A list of texts; empty when there is none.</summary>
    public virtual IList<string> GetStringList(string path) => Read(path, v => v.GetStringList(), []);

    /// <summary>A list of texts.</summary>
    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Read(path, v => v.GetStringList(), defaultPaths);

    /// <summary>A list of booleans; empty when there is none.</summary>
    public virtual IList<bool> GetBooleanList(string path) => Read(path, v => v.GetBooleanList(), []);

    /// <summary>A list of whole numbers; empty when there is none.</summary>
    public virtual IList<int> GetIntList(string path) => Read(path, v => v.GetIntList(), []);

    /// <summary>A list of whole numbers; empty when there is none.</summary>
    public virtual IList<long> GetLongList(string path) => Read(path, v => v.GetLongList(), []);

    /// <summary>A list of bytes; empty when there is none.</summary>
    public virtual IList<byte> GetByteList(string path) => Read(path, v => v.GetByteList(), []);

    /// <summary>A list of numbers; empty when there is none.</summary>
    public virtual IList<float> GetFloatList(string path) => Read(path, v => v.GetFloatList(), []);

    /// <summary>A list of numbers; empty when there is none.</summary>
    public virtual IList<double> GetDoubleList(string path) => Read(path, v => v.GetDoubleList(), []);

    /// <summary>A list of numbers; empty when there is none.</summary>
    public virtual IList<decimal> GetDecimalList(string path) => Read(path, v => v.GetDecimalList(), []);

    /// <summary>The settings at the top, in their order.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => Root.Fields ?? Enumerable.Empty<KeyValuePair<string, HoconValue>>();

    /// <summary>HOCON text of all settings.</summary>
    public override string ToString() => IsEmpty ? "" : Root.ToString();

    private T Read<T>(string path, Func<HoconValue, T> read, T @default)
    {
        if (GetValue(path) is not { IsEmpty: false } value) return @default;
        try
        {
            return read(value);
        }
        catch (FormatException wrong)
        {
            throw new ConfigurationException($"{path}: {wrong.Message}", wrong);
        }
    }
}
