using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>Identifies one candidacy within this process: from the call that began it to its end.</summary>
internal readonly record struct CandidacyId(long Value)
{
    private static long _last;

    public static CandidacyId Next() => new(Interlocked.Increment(ref _last));
}

/// <summary>Identifies one request about a candidacy.</summary>
internal readonly record struct ElectionRequestId(long Value)
{
    private static long _last;

    public static ElectionRequestId Next() => new(Interlocked.Increment(ref _last));
}

/// <summary>The lease of a candidacy, as the machine knows it.</summary>
internal sealed record CandidateLease(LeaseId Id, TimeSpan Ttl);
