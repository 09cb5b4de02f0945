namespace Coordination.Etcd;

/// <summary>
/// Conditions of a transaction as sentences: <c>When.Version("/k").IsGreaterThan(3)</c>. With a range of keys a condition must be true for every key in it; a range
/// without keys counts as one key that does not exist. etcd checks all conditions, also those of nested transactions, before it does anything.
/// </summary>
public static class When
{
    /// <summary>The key does not exist.</summary>
    public static EtcdCompare Missing(Bytes key) => EtcdCompare.NotExists(key);

    /// <summary>The key exists.</summary>
    public static EtcdCompare Exists(Bytes key) => EtcdCompare.Exists(key);

    /// <summary>The key was last changed at exactly this revision.</summary>
    public static EtcdCompare Unchanged(Bytes key, Revision since) => EtcdCompare.Unchanged(key, since);

    /// <summary>The value; no condition on the value of a key that does not exist is true.</summary>
    public static Condition<Bytes> Value(KeyRange keys) => new((result, value) => EtcdCompare.Value(keys, result, value));

    /// <summary>The number of changes since the key was created; 0 when it does not exist.</summary>
    public static Condition<long> Version(KeyRange keys) => new((result, version) => EtcdCompare.Version(keys, result, version));

    /// <summary>The revision that created the key; 0 when it does not exist.</summary>
    public static Condition<Revision> CreateRevision(KeyRange keys) => new((result, revision) => EtcdCompare.CreateRevision(keys, result, revision));

    /// <summary>The revision of the last change; 0 when the key does not exist.</summary>
    public static Condition<Revision> ModRevision(KeyRange keys) => new((result, revision) => EtcdCompare.ModRevision(keys, result, revision));

    /// <summary>The lease; none when the key has none or does not exist.</summary>
    public static Condition<LeaseId> Lease(KeyRange keys) => new((result, lease) => EtcdCompare.Lease(keys, result, lease));

    /// <summary>Half a condition: what to look at. What to compare it with follows.</summary>
    /// <typeparam name="T">What it is compared with.</typeparam>
    public sealed class Condition<T>
    {
        private readonly Func<CompareResult, T, EtcdCompare> _compare;

        internal Condition(Func<CompareResult, T, EtcdCompare> compare) => _compare = compare;

        /// <summary>Equal.</summary>
        public EtcdCompare Is(T value) => _compare(CompareResult.Equal, value);

        /// <summary>Not equal.</summary>
        public EtcdCompare IsNot(T value) => _compare(CompareResult.NotEqual, value);

        /// <summary>Greater; values in byte order.</summary>
        public EtcdCompare IsGreaterThan(T value) => _compare(CompareResult.Greater, value);

        /// <summary>Less; values in byte order.</summary>
        public EtcdCompare IsLessThan(T value) => _compare(CompareResult.Less, value);
    }
}
