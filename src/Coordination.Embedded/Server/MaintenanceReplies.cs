using Coordination.Etcd.Protos;

namespace Coordination.Embedded.Server;

/// <summary>What the server says about itself.</summary>
internal static class MaintenanceReplies
{
    private const long PageBytes = 4096;
    private const long EmptyDatabaseBytes = 5 * PageBytes;

    public static StatusResponse Status(EtcdNode node, string version)
    {
        var size = EmptyDatabaseBytes + ((node.Store.DataSize + PageBytes - 1) / PageBytes * PageBytes);
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

    public static AlarmResponse Alarm(EtcdNode node, AlarmRequest request)
    {
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

    public static MemberListResponse MemberList(EtcdNode node, string name, Uri endpoint) => new()
    {
        Header = node.Header(),
        Members = { new Member { ID = node.Identity.MemberId, Name = name, ClientURLs = { endpoint.GetLeftPart(UriPartial.Authority) } } },
    };

    private static string NameOf(AlarmType alarm) => alarm.ToString().ToUpperInvariant();
}
