namespace Coordination.Embedded;

/// <summary>A call that the embedded server has applied.</summary>
/// <param name="Method">The name of the method, for example <c>Txn</c>, <c>Put</c>, <c>LeaseGrant</c> or <c>LeaseKeepAlive</c>.</param>
/// <param name="Key">The key as text; of a transaction, the first key that it compares or touches; empty for calls without a key.</param>
/// <param name="LeaseId">The lease of a lease call; 0 otherwise.</param>
/// <param name="IsWrite">Whether the method is one that can change something.</param>
public sealed record EtcdCall(string Method, string Key, long LeaseId, bool IsWrite);
