using Etcdserverpb;

namespace Coordination.Embedded.Server;

/// <summary>What the server says about itself.</summary>
internal static class MaintenanceReplies
{
    private const long PageBytes = 4096;
    private const long EmptyDatabaseBytes = 4 * PageBytes;

    /// <summary>About what a database with the same data would take.</summary>
    public static long DatabaseSize(EtcdNode node) => EmptyDatabaseBytes + ((1 + (node.Store.DataSize / PageBytes)) * PageBytes);

    public static StatusResponse Status(EtcdNode node, string version, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        var size = DatabaseSize(node);
        var status = new StatusResponse
        {
            Header = node.Header(),
            Version = version,
            DbSize = size,
            DbSizeInUse = size,
            Leader = node.Identity.MemberId,
            RaftIndex = node.LogIndex,
            RaftAppliedIndex = node.LogIndex,
            RaftTerm = node.Identity.Term,
        };
        status.Errors.AddRange(node.Alarms.Raised.Select(static alarm => $"memberID:{alarm.MemberID} alarm:{NameOf(alarm.Alarm)} "));
        return status;
    }

    /// <summary>Every user may look.</summary>
    public static AlarmResponse Alarm(EtcdNode node, AlarmRequest request, string? token)
    {
        var user = node.Access.Identify(token);
        if (request.Action == AlarmRequest.Types.AlarmAction.Get)
        {
            node.Access.RequireUser(user);
        }
        else
        {
            node.Access.RequireAdmin(user);
        }

        var response = new AlarmResponse { Header = node.Header() };
        response.Alarms.AddRange(request.Action switch
        {
            AlarmRequest.Types.AlarmAction.Get => node.Alarms.Get(request.Alarm),
            AlarmRequest.Types.AlarmAction.Activate => node.Alarms.Raise(request.MemberID, request.Alarm),
            AlarmRequest.Types.AlarmAction.Deactivate => node.Alarms.Clear(request.MemberID, request.Alarm),
            _ => [],
        });
        return response;
    }

    public static HashKVResponse HashKV(EtcdNode node, HashKVRequest request, string? token)
    {
        node.Access.RequireAdminOfMember(node.Access.Identify(token));
        return node.HashKV(request.Revision);
    }

    public static HashResponse Hash(EtcdNode node, string? token)
    {
        node.Access.RequireAdminOfMember(node.Access.Identify(token));
        return new HashResponse { Header = node.Header(), Hash = node.HashKV(0).Hash };
    }

    /// <summary>In memory there are no gaps to close.</summary>
    public static DefragmentResponse Defragment(EtcdNode node, string? token)
    {
        node.Access.RequireAdminOfMember(node.Access.Identify(token));
        return new DefragmentResponse();
    }

    public static string NameOf(AlarmType alarm) => alarm.ToString().ToUpperInvariant();
}
