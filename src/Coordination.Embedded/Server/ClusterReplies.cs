using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Server;

/// <summary>
/// There is one member, and it stays. What a real cluster of one would refuse is refused with its words; what only a real cluster can do says so.
/// </summary>
internal static class ClusterReplies
{
    private static RpcException BadUrls => new(new Status(StatusCode.InvalidArgument, "etcdserver: given member URLs are invalid"));

    private static RpcException NotFound => new(new Status(StatusCode.NotFound, "etcdserver: member not found"));

    private static RpcException TooFew => new(new Status(
        StatusCode.FailedPrecondition, "etcdserver: re-configuration failed due to not enough started members"));

    private static RpcException NoLearner => new(new Status(StatusCode.FailedPrecondition, "etcdserver: can only promote a learner member"));

    private static RpcException BadTransferee => new(new Status(StatusCode.FailedPrecondition, "etcdserver: bad leader transferee"));

    private static RpcException Fixed => new(new Status(
        StatusCode.Unimplemented, "The embedded etcd has one member and cannot change that. Use a real cluster to try changes of its members."));

    /// <summary>For every user.</summary>
    public static MemberListResponse List(EtcdNode node, string name, Uri endpoint, string? token)
    {
        node.Access.RequireUser(node.Access.Identify(token));
        var header = node.Header();
        header.Revision = 0;
        return new()
        {
            Header = header,
            Members = { new Member { ID = node.Identity.MemberId, Name = name, ClientURLs = { endpoint.GetLeftPart(UriPartial.Authority) } } },
        };
    }

    public static MemberAddResponse Add(EtcdNode node, MemberAddRequest request, string? token)
    {
        node.Access.Identify(token);
        throw request.PeerURLs.Count == 0 || !request.PeerURLs.All(IsPeerUrl) ? BadUrls : Fixed;
    }

    public static MemberRemoveResponse Remove(EtcdNode node, MemberRemoveRequest request, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        throw request.ID == node.Identity.MemberId ? TooFew : NotFound;
    }

    public static MemberUpdateResponse Update(EtcdNode node, MemberUpdateRequest request, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        throw request.ID == node.Identity.MemberId ? Fixed : NotFound;
    }

    public static MemberPromoteResponse Promote(EtcdNode node, MemberPromoteRequest request, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        throw request.ID == node.Identity.MemberId ? NoLearner : NotFound;
    }

    public static MoveLeaderResponse MoveLeader(EtcdNode node, MoveLeaderRequest request, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        return request.TargetID == node.Identity.MemberId ? new MoveLeaderResponse() : throw BadTransferee;
    }

    private static bool IsPeerUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.AbsolutePath == "/";
}
