using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>The result of an operation.</summary>
/// <param name="Header">What the reply says about the server. Inside a transaction only the revision is set.</param>
public abstract record EtcdResult(EtcdHeader Header);

/// <summary>What a read found.</summary>
/// <param name="Header">What the reply says about the server.</param>
/// <param name="KeyValues">The keys found, in the order asked for.</param>
/// <param name="Count">How many keys there are in the range, beyond any limit.</param>
/// <param name="More">Whether the limit cut some off.</param>
public sealed record GetResult(EtcdHeader Header, ImmutableArray<KeyValue> KeyValues, long Count, bool More) : EtcdResult(Header)
{
    /// <summary>The first key, or null.</summary>
    public KeyValue? First => KeyValues.IsEmpty ? null : KeyValues[0];
}

/// <summary>A write that was made.</summary>
/// <param name="Header">What the reply says about the server; its revision is the mod revision of the key.</param>
/// <param name="Previous">What the key was before, when asked for and there was something.</param>
public sealed record PutResult(EtcdHeader Header, KeyValue? Previous) : EtcdResult(Header);

/// <summary>A deletion that was made.</summary>
/// <param name="Header">What the reply says about the server.</param>
/// <param name="Deleted">How many keys.</param>
/// <param name="Previous">The keys, when asked for.</param>
public sealed record DeleteResult(EtcdHeader Header, long Deleted, ImmutableArray<KeyValue> Previous) : EtcdResult(Header);

/// <summary>A transaction that was made.</summary>
/// <param name="Header">What the reply says about the server.</param>
/// <param name="Succeeded">Whether the conditions held.</param>
/// <param name="Results">The results of the branch that was taken, in order.</param>
public sealed record TxnResult(EtcdHeader Header, bool Succeeded, ImmutableArray<EtcdResult> Results) : EtcdResult(Header);
