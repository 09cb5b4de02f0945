namespace Coordination.Etcd;

/// <summary>What every reply of etcd says about the server.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="MemberId">The member that answered.</param>
/// <param name="Revision">The revision of the store when the reply was made.</param>
/// <param name="RaftTerm">The raft term when the reply was made.</param>
public readonly record struct EtcdHeader(ulong ClusterId, ulong MemberId, Revision Revision, ulong RaftTerm);
