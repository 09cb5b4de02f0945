using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Watches;

/// <summary>How long a watch waits before its next attempt.</summary>
internal static class WatchBackoff
{
    /// <summary>A stream that lived this long was no failure.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(2);

    /// <summary>Rarely, because there may be thousands: it is <see cref="EtcdReturn"/> that makes what is watched true again within 2 s of etcd's return.</summary>
    private static readonly BackoffPolicy Away = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private static readonly BackoffPolicy Refused = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    public static TimeSpan After(int failures, bool isRefused, Random random) => (isRefused ? Refused : Away).After(failures, random);
}
