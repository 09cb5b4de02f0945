using Coordination.Embedded.Server;

namespace Coordination.Embedded;

/// <summary>
/// What can be made to go wrong in an <see cref="EmbeddedEtcd"/>, so that clients can be tested against it. Every fault works at once and can be
/// combined with the others. Thread-safe.
/// </summary>
public sealed class EmbeddedEtcdFaults
{
    private readonly NodeHost _host;

    internal EmbeddedEtcdFaults(NodeHost host) => _host = host;

    /// <summary>
    /// Freezes the server like a stopped process: connections stay open, nothing is answered, nothing is applied, no lease expires. When this
    /// returns, no further request takes effect before <see cref="Resume"/>.
    /// </summary>
    public void Pause() => _host.Pause();

    /// <summary>Continues after <see cref="Pause"/>: waiting requests are served, and leases whose time passed meanwhile expire.</summary>
    public void Resume() => _host.Resume();

    /// <summary>Applies the next <paramref name="count"/> requests that write, but does not answer them: their outcome is unknown to the client.</summary>
    /// <param name="count">How many replies to lose; 0 ends the fault.</param>
    /// <param name="how">What the client sees instead of the reply.</param>
    public void DropRepliesAfterCommit(int count, LostReply how = LostReply.Reset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var left = count;
        _host.Replies.Drop(count == 0 ? null : call => call.IsWrite && Interlocked.Decrement(ref left) >= 0, how);
    }

    /// <summary>
    /// Applies the requests that a predicate picks, but does not answer them. Of lease keep-alives only the reply is withheld and the stream stays
    /// open, whatever <paramref name="how"/> is.
    /// </summary>
    /// <param name="which">Picks the calls; null ends the fault. It is called from many threads and must not block.</param>
    /// <param name="how">What the client sees instead of the reply.</param>
    public void DropRepliesAfterCommit(Func<EtcdCall, bool>? which, LostReply how = LostReply.Reset) => _host.Replies.Drop(which, how);

    /// <summary>Holds back every reply, also those on streams, by this time on the clock of the server. Zero ends the fault.</summary>
    public void DelayReplies(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _host.Replies.Delay = delay;
    }

    /// <summary>Resets all open watch and lease keep-alive streams. Clients may open new ones at once.</summary>
    public void DisconnectStreams() => _host.Streams.AbortAll();

    /// <summary>Ends a lease as if its time were over: it is gone, and its keys are deleted.</summary>
    /// <param name="leaseId">The id of the lease.</param>
    /// <returns>False when there is no such lease.</returns>
    public bool ExpireLease(long leaseId) => _host.Read(node => node.ExpireNow(leaseId));

    /// <summary>Compacts the history at once, as somebody else's compaction would.</summary>
    /// <param name="revision">The oldest revision that can still be read; null for the current one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The revision is compacted already or in the future.</exception>
    public void CompactNow(long? revision = null) => _host.Read(node =>
    {
        var at = revision ?? node.Store.CurrentRevision;
        if (at <= node.Store.CompactedRevision || at > node.Store.CurrentRevision)
        {
            throw new ArgumentOutOfRangeException(nameof(revision), at, "The revision is compacted already or in the future.");
        }

        node.Store.Compact(at);
        return at;
    });

    /// <summary>
    /// Goes back to an earlier revision, like a cluster that was restored from a backup under the same cluster id: later writes never happened, and
    /// their revisions will be used again for other writes. Open streams are reset.
    /// </summary>
    /// <param name="revision">The revision to go back to; it must not be compacted.</param>
    /// <exception cref="ArgumentOutOfRangeException">The revision is compacted or in the future.</exception>
    public void ForgetHistory(long revision) => Replace(node => node.ForgetAfter(revision));

    /// <summary>
    /// Becomes a new cluster with the keys and leases of an earlier revision, like one that was restored with <c>etcdutl snapshot restore --bump-revision … --mark-compacted</c>:
    /// later writes never happened, and revisions go on above them. Open streams are reset.
    /// </summary>
    /// <param name="revision">The revision whose keys and leases there are again; it must not be compacted.</param>
    /// <param name="bump">How far above the present revision the new ones begin; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The revision is compacted or in the future, or the bump is less than 1.</exception>
    public void RestoreBackup(long revision, long bump = 1_000_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bump, 1);
        Replace(node => node.RestoreBackup(revision, bump));
    }

    /// <summary>Raises or clears the alarm of a full disk: while it is raised, requests that store data are refused.</summary>
    public void SetOutOfSpace(bool isFull) => _host.Read(node => isFull
        ? node.Alarms.Raise(node.Identity.MemberId, Etcdserverpb.AlarmType.Nospace)
        : node.Alarms.Clear(node.Identity.MemberId, Etcdserverpb.AlarmType.Nospace));

    private void Replace(Action<EtcdNode> history)
    {
        _host.Read(node =>
        {
            history(node);
            return true;
        });
        _host.Streams.AbortAll();
    }
}
