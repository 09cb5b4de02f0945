using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>An operation as a value: alone, or inside a transaction.</summary>
public abstract record EtcdOp
{
    private EtcdOp()
    {
    }

    /// <summary>What a range is sorted by.</summary>
    public enum SortTarget
    {
        /// <summary>The key.</summary>
        Key = 0,

        /// <summary>The version.</summary>
        Version = 1,

        /// <summary>The create revision.</summary>
        CreateRevision = 2,

        /// <summary>The mod revision.</summary>
        ModRevision = 3,

        /// <summary>The value.</summary>
        Value = 4,
    }

    /// <summary>The direction of a sort.</summary>
    public enum SortOrder
    {
        /// <summary>As stored: by key, ascending.</summary>
        None = 0,

        /// <summary>Ascending.</summary>
        Ascending = 1,

        /// <summary>Descending.</summary>
        Descending = 2,
    }

    /// <summary>Reads a key or a range.</summary>
    /// <param name="Keys">The key or keys.</param>
    public sealed record Get(KeyRange Keys) : EtcdOp
    {
        /// <summary>At most this many keys; 0 means all.</summary>
        public long Limit { get; init; }

        /// <summary>As of this revision; none means the newest.</summary>
        public Revision Revision { get; init; }

        /// <summary>Only keys last changed at this revision or later; none means any.</summary>
        public Revision MinModRevision { get; init; }

        /// <summary>Only keys last changed at this revision or before; none means any.</summary>
        public Revision MaxModRevision { get; init; }

        /// <summary>Only keys created at this revision or later; none means any.</summary>
        public Revision MinCreateRevision { get; init; }

        /// <summary>Only keys created at this revision or before; none means any.</summary>
        public Revision MaxCreateRevision { get; init; }

        /// <summary>The direction of the sort.</summary>
        public SortOrder Order { get; init; }

        /// <summary>What is sorted by.</summary>
        public SortTarget OrderBy { get; init; }

        /// <summary>The member alone answers, possibly stale. Default: linearizable.</summary>
        public bool Serializable { get; init; }

        /// <summary>Without the values.</summary>
        public bool KeysOnly { get; init; }

        /// <summary>Only the number of keys.</summary>
        public bool CountOnly { get; init; }
    }

    /// <summary>Writes a key.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    public sealed record Put(Bytes Key, Bytes Value) : EtcdOp
    {
        /// <summary>The lease for the key.</summary>
        public LeaseId Lease { get; init; }

        /// <summary>Return what the key was before.</summary>
        public bool PreviousValue { get; init; }

        /// <summary>Keep the value and change only the lease; the key must exist.</summary>
        public bool IgnoreValue { get; init; }

        /// <summary>Keep the lease and change only the value; the key must exist.</summary>
        public bool IgnoreLease { get; init; }
    }

    /// <summary>Deletes a key or a range.</summary>
    /// <param name="Keys">The key or keys.</param>
    public sealed record Delete(KeyRange Keys) : EtcdOp
    {
        /// <summary>Return what was deleted.</summary>
        public bool PreviousValue { get; init; }
    }

    /// <summary>If all conditions are true, one list of operations, otherwise another one: atomically, at one revision.</summary>
    public sealed record Txn : EtcdOp
    {
        /// <summary>The conditions; none means true.</summary>
        public ImmutableArray<EtcdCompare> If { get; init; } = [];

        /// <summary>What is done when all conditions hold.</summary>
        public ImmutableArray<EtcdOp> Then { get; init; } = [];

        /// <summary>What is done otherwise.</summary>
        public ImmutableArray<EtcdOp> Else { get; init; } = [];
    }
}
