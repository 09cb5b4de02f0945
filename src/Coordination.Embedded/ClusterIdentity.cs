using Etcdserverpb;

namespace Coordination.Embedded;

/// <summary>What every reply says about where it comes from. The term goes up with every restart, as a new election would raise it.</summary>
internal sealed record ClusterIdentity(ulong ClusterId, ulong MemberId, ulong Term)
{
    public ResponseHeader Header(long revision) => new() { ClusterId = ClusterId, MemberId = MemberId, Revision = revision, RaftTerm = Term };

    public void Fill(ResponseHeader header, long revision)
    {
        header.ClusterId = ClusterId;
        header.MemberId = MemberId;
        header.RaftTerm = Term;
        if (header.Revision == 0)
        {
            header.Revision = revision;
        }
    }
}
