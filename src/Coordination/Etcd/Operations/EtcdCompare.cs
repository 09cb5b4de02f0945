namespace Coordination.Etcd;

/// <summary>How a comparison relates the stored value to the given one.</summary>
public enum CompareResult
{
    /// <summary>Stored == given.</summary>
    Equal = 0,

    /// <summary>Stored &gt; given.</summary>
    Greater = 1,

    /// <summary>Stored &lt; given.</summary>
    Less = 2,

    /// <summary>Stored != given.</summary>
    NotEqual = 3,
}

/// <summary>What a comparison looks at.</summary>
public enum CompareTarget
{
    /// <summary>The number of changes since the key was created; 0 when it does not exist.</summary>
    Version = 0,

    /// <summary>The revision that created the key; 0 when it does not exist.</summary>
    CreateRevision = 1,

    /// <summary>The revision of the last change; 0 when the key does not exist.</summary>
    ModRevision = 2,

    /// <summary>The value; a comparison with a key that does not exist is false.</summary>
    Value = 3,

    /// <summary>The lease; 0 when the key has none or does not exist.</summary>
    Lease = 4,
}

/// <summary>A condition of a transaction. With a range it must be true for every key in it.</summary>
public sealed record EtcdCompare
{
    private EtcdCompare(CompareTarget target, KeyRange keys, CompareResult result, long number, Bytes bytes)
    {
        Target = target;
        Keys = keys;
        Result = result;
        Number = number;
        Bytes = bytes;
    }

    /// <summary>What is looked at.</summary>
    public CompareTarget Target { get; }

    /// <summary>The key or keys.</summary>
    public KeyRange Keys { get; }

    /// <summary>How the stored value relates to the given one.</summary>
    public CompareResult Result { get; }

    /// <summary>The given number; unused for <see cref="CompareTarget.Value"/>.</summary>
    public long Number { get; }

    /// <summary>The given value for <see cref="CompareTarget.Value"/>.</summary>
    public Bytes Bytes { get; }

    /// <summary>The key does not exist (<c>CreateRevision == 0</c>): the convention of etcd's locks.</summary>
    public static EtcdCompare NotExists(Bytes key) => CreateRevision(key, CompareResult.Equal, Revision.None);

    /// <summary>The key exists.</summary>
    public static EtcdCompare Exists(Bytes key) => CreateRevision(key, CompareResult.Greater, Revision.None);

    /// <summary>The key was last changed at exactly this revision.</summary>
    public static EtcdCompare Unchanged(Bytes key, Revision modRevision) => ModRevision(key, CompareResult.Equal, modRevision);

    /// <summary>Compares the version.</summary>
    public static EtcdCompare Version(KeyRange keys, CompareResult result, long version) =>
        new(CompareTarget.Version, keys, result, version, Bytes.Empty);

    /// <summary>Compares the create revision.</summary>
    public static EtcdCompare CreateRevision(KeyRange keys, CompareResult result, Revision revision) =>
        new(CompareTarget.CreateRevision, keys, result, revision.Value, Bytes.Empty);

    /// <summary>Compares the mod revision.</summary>
    public static EtcdCompare ModRevision(KeyRange keys, CompareResult result, Revision revision) =>
        new(CompareTarget.ModRevision, keys, result, revision.Value, Bytes.Empty);

    /// <summary>Compares the value.</summary>
    public static EtcdCompare Value(KeyRange keys, CompareResult result, Bytes value) =>
        new(CompareTarget.Value, keys, result, 0, value);

    /// <summary>Compares the lease.</summary>
    public static EtcdCompare Lease(KeyRange keys, CompareResult result, LeaseId lease) =>
        new(CompareTarget.Lease, keys, result, lease.Value, Bytes.Empty);

    /// <summary>The same condition on other keys.</summary>
    internal EtcdCompare On(KeyRange keys) => new(Target, keys, Result, Number, Bytes);
}
