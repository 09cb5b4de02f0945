using System.Globalization;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>What etcd says of leases, and whether it can be believed: deadlines are computed from it.</summary>
internal static class LeaseReplies
{
    /// <summary>
    /// The most that a server makes of a shorter TTL: one and a half of its election timeout, which is at most 50 s.
    /// </summary>
    private const long LongestRaisedTtl = 75;

    /// <summary>The longest TTL that etcd grants.</summary>
    private const long LongestTtl = 9_000_000_000;

    public static LeaseGranted Granted(LeaseGrantResponse response, LeaseGrantRequest request) =>
        response.Error.Length > 0 ? throw new EtcdException(CoordinationErrorKind.Server, WriteOutcome.NotApplied, response.Error)
        : response.ID == 0 || (request.ID != 0 && response.ID != request.ID) || response.TTL < 1 || response.TTL > Math.Max(request.TTL, LongestRaisedTtl)
            ? throw Senseless($"lease {request.ID:x} for {request.TTL} s was asked for, and the reply grants lease {response.ID:x} for {response.TTL} s")
            : new LeaseGranted(new LeaseId(response.ID), TimeSpan.FromSeconds(response.TTL), response.Header.ToHeader());

    public static LeaseRenewed Renewed(LeaseKeepAliveResponse response) =>
        new(new LeaseId(response.ID), Ttl(response.TTL, response.ID), response.Header.ToHeader());

    public static LeaseInfo Info(LeaseTimeToLiveResponse response) => new(
        new LeaseId(response.ID),
        Ttl(response.TTL, response.ID),
        Ttl(response.GrantedTTL, response.ID),
        [.. response.Keys.Select(Bytes.From)],
        response.Header.ToHeader());

    private static TimeSpan Ttl(long seconds, long id) => seconds is < -1 or > LongestTtl
        ? throw Senseless($"lease {id:x} has a TTL of {seconds} s")
        : TimeSpan.FromSeconds(seconds);

    private static EtcdException Senseless(FormattableString what) =>
        new(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, $"The reply makes no sense: {what.ToString(CultureInfo.InvariantCulture)}");
}
