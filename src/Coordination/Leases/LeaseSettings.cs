using Coordination.Time;

namespace Coordination.Leases;

/// <summary>The times that follow from a TTL. Source: the deadline rule of Gray and Cheriton's leases (1989), with a bound on the clock rates.</summary>
/// <param name="Ttl">What is asked for; the server may give more.</param>
/// <param name="ClockRateBound">How much faster the server's clock may run than ours, as a fraction.</param>
internal sealed record LeaseSettings(TimeSpan Ttl, double ClockRateBound)
{
    /// <summary>The shortest TTL that leaves time for renewals.</summary>
    public static readonly TimeSpan LeastTtl = TimeSpan.FromSeconds(2);

    /// <summary>The longest TTL: a crashed holder blocks others for so long.</summary>
    public static readonly TimeSpan LongestTtl = TimeSpan.FromHours(1);

    /// <summary>The most that a server makes of a shorter TTL: one and a half of its election timeout, which is at most 50 s.</summary>
    public static readonly TimeSpan LongestRaisedTtl = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan LeastMargin = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Whether a lost lease is revoked, so that its keys are in nobody's way. Not when its keys are to stay until they are moved to the next lease: as long as
    /// the server has it, it keeps them.
    /// </summary>
    public bool RevokeWhenLost { get; init; } = true;

    /// <summary>
    /// How much longer than it may be claimed the lease lives in etcd, when it ends without being given back: its keys stay in everybody's way for so long.
    /// </summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The TTL that etcd is asked for.</summary>
    public TimeSpan Asked => Ttl + Delay;

    /// <summary>How long a lease may be claimed of which a server told this TTL.</summary>
    public TimeSpan Claimable(TimeSpan told) => told - Delay;

    /// <summary>A TTL that a server told, as far as it can be believed: no server makes more of what was asked for.</summary>
    public TimeSpan Believable(TimeSpan told) => TimeSpan.FromTicks(Math.Min(told.Ticks, Math.Max(Asked.Ticks, LongestRaisedTtl.Ticks)));

    /// <summary>
    /// Until when a lease may be claimed after a renewal: counted from the time the renewal was sent, because the server may have renewed at
    /// any time after that; never from the time the reply came.
    /// </summary>
    public Instant Deadline(Instant sentAt, TimeSpan ttl) => sentAt + (ttl * (1 - ClockRateBound)) - Margin(ttl);

    /// <summary>The time a holder gets between being told of the loss and the server's expiry.</summary>
    public static TimeSpan Margin(TimeSpan ttl) => TimeSpan.FromTicks(Math.Max(LeastMargin.Ticks, ttl.Ticks / 20));

    /// <summary>How often it is renewed at least; null: every third of the TTL. Never less often than that.</summary>
    public TimeSpan? RenewEvery { get; init; }

    /// <summary>How long after the last acknowledged renewal the next one is due.</summary>
    public TimeSpan RenewalInterval(TimeSpan ttl) => RenewEvery is { } every && every < ttl / 3 ? every : ttl / 3;

    /// <summary>
    /// How long one renewal may take before it is sent again, to another member. Short at first, so that a member or a connection that hangs costs
    /// little; longer when that was not enough, because every member may be far away: a lease is kept while a round trip takes less than TTL/3.
    /// </summary>
    public static TimeSpan RenewalTimeout(TimeSpan ttl, int failures) =>
        TimeSpan.FromTicks(Math.Clamp((failures == 0 ? ttl / 6 : ttl / 3).Ticks, TimeSpan.FromMilliseconds(200).Ticks, TimeSpan.FromSeconds(failures == 0 ? 3 : 6).Ticks));

    /// <summary>How long after the last acknowledged renewal was sent the lease is suspect.</summary>
    public static TimeSpan SuspectAfter(TimeSpan ttl) => ttl * 2 / 3;
}
