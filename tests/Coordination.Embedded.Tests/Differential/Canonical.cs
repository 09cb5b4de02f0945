using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>Replies as text that must be equal on both servers: without the ids of the cluster, and without what is random or depends on time.</summary>
internal static class Canonical
{
    public static string Of(RpcException refusal) => $"refused: {refusal.StatusCode} {refusal.Status.Detail}";

    public static string Of(IMessage reply)
    {
        switch (reply)
        {
            case LeaseTimeToLiveResponse timeToLive:
                // The seconds that are left depend on the moment; etcd lists the keys in random order.
                timeToLive.TTL = timeToLive.TTL < 0 ? -1 : 0;
                Sort(timeToLive.Keys, static key => key.ToBase64());
                break;
            case LeaseLeasesResponse leases:
                Sort(leases.Leases, static lease => lease.ID);
                break;
            case AlarmResponse alarms:
                // Since 3.5 it has one (see VersionsTests).
                alarms.Header = null;
                break;
            case AuthenticateResponse login:
                login.Token = login.Token.Split('.')[0].Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
                break;
        }

        var header = (ResponseHeader?)reply.Descriptor.FindFieldByName("header").Accessor.GetValue(reply);
        if (header is not null)
        {
            (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
        }

        return reply.ToString()!;
    }

    public static string Of(Event e) => $"{e.Type} {Of(e.Kv)}{(e.PrevKv is null ? "" : $" before: {Of(e.PrevKv)}")}";

    private static string Of(KeyValue pair) =>
        $"{Text(pair.Key)}={Text(pair.Value)} create {pair.CreateRevision} mod {pair.ModRevision} version {pair.Version} lease {pair.Lease}";

    private static string Text(ByteString bytes) => Convert.ToHexString(bytes.Span);

    private static void Sort<T, TKey>(IList<T> list, Func<T, TKey> by)
    {
        var sorted = list.OrderBy(by).ToList();
        for (var i = 0; i < sorted.Count; i++)
        {
            list[i] = sorted[i];
        }
    }
}
