using System.Collections.Immutable;
using Coordination.Discovery.Layouts;
using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>What a registrar is doing.</summary>
internal enum RegistrarPhase
{
    /// <summary>Nothing is under way: it waits for a lease, for a change of its keys, or for a wish.</summary>
    Resting,

    /// <summary>A transaction that puts the keys is under way.</summary>
    Writing,

    /// <summary>A transaction that deletes the keys is under way.</summary>
    Removing,

    /// <summary>It waits before the next attempt.</summary>
    BackingOff,

    /// <summary>Its keys are gone; its own lease is being given back.</summary>
    Closing,

    /// <summary>Over.</summary>
    Ended,
}

/// <summary>The state of a registrar.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Wish">What shall be in etcd.</param>
/// <param name="IsLeaving">Whether nothing shall be in etcd any more.</param>
/// <param name="Lease">The lease to put the keys on, or none.</param>
/// <param name="Known">The keys as they were last shown; null when they were not.</param>
/// <param name="Seen">The revision of that.</param>
/// <param name="SentAt">What was seen when the transaction under way was sent.</param>
/// <param name="SentOn">The lease through whose journal it goes, and on which it puts the keys; none: it goes by itself.</param>
/// <param name="Sent">The keys that it puts.</param>
/// <param name="Used">The leases that keys of ours may be on, the newest last.</param>
/// <param name="Held">The keys when they last were as they should be; null when they never were, or are somebody else's since.</param>
/// <param name="IsSettled">Whether the keys are as they shall be, as far as is known.</param>
/// <param name="Conflict">Who has the keys instead, for people; null when nobody.</param>
/// <param name="Repairs">How often others interfered, lately.</param>
/// <param name="HasPaused">Whether there was a pause before what is done next.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="Error">The last of them.</param>
/// <param name="IsWatching">Whether the keys are watched.</param>
/// <param name="Updates">Who waits for the wish to be fulfilled.</param>
/// <param name="Leavers">Who waits for the end.</param>
internal sealed record RegistrarState(
    RegistrarPhase Phase,
    ServiceInstance Wish,
    bool IsLeaving,
    LeaseId Lease,
    ImmutableDictionary<Bytes, KeyValue>? Known,
    Revision Seen,
    Revision SentAt,
    LeaseId SentOn,
    ImmutableArray<KeyEntry> Sent,
    ImmutableList<LeaseId> Used,
    ImmutableDictionary<Bytes, KeyValue>? Held,
    bool IsSettled,
    string? Conflict,
    int Repairs,
    bool HasPaused,
    int Failures,
    EtcdException? Error,
    bool IsWatching,
    ImmutableList<RegistrationRequestId> Updates,
    ImmutableList<RegistrationRequestId> Leavers)
{
    /// <summary>Nothing is known and nothing was done.</summary>
    public static RegistrarState For(ServiceInstance wish) => new(
        RegistrarPhase.Resting, wish, false, LeaseId.None, null, Revision.None, Revision.None, LeaseId.None, [], [], null, false, null, 0, false, 0, null, false, [], []);

    /// <summary>How it is doing.</summary>
    public RegistrationHealth Health => new(Wish.Service, Wish.Id, Condition, Problem, Error);

    private RegistrationState Condition => this switch
    {
        { HasLeft: true } => RegistrationState.Deregistered,
        { IsLeaving: true } => RegistrationState.Deregistering,
        { Conflict: not null } => RegistrationState.Conflict,
        { IsSettled: true } => RegistrationState.Registered,
        { Held: not null } => RegistrationState.Recovering,
        _ => RegistrationState.Registering,
    };

    /// <summary>Whether it is deregistered, although something may be left to do.</summary>
    public bool HasLeft => IsLeaving && Leavers.IsEmpty;

    private string? Problem => HasLeft || IsSettled ? null
        : Conflict ?? Error?.Message ?? (Lease.IsNone && !IsLeaving ? "there is no lease: etcd has not granted one (yet)" : null);
}

/// <summary>What the actor shall do.</summary>
internal abstract record RegistrarEffect
{
    private RegistrarEffect()
    {
    }

    /// <summary>Send a transaction about these keys; its answer is Written, Settled or WriteFailed.</summary>
    public sealed record Send(EtcdOp.Txn Txn, ImmutableArray<Bytes> Keys) : RegistrarEffect;

    /// <summary>Watch the keys.</summary>
    public sealed record StartWatch(KeyRange Keys, Revision From) : RegistrarEffect;

    public sealed record StopWatch : RegistrarEffect;

    public sealed record SetRetryTimer(int Failures, bool AwaitsEtcd = false) : RegistrarEffect;

    public sealed record SetForgetTimer : RegistrarEffect;

    public sealed record CancelTimer(RegistrarTimer Timer) : RegistrarEffect;

    /// <summary>etcd says that the lease is unknown.</summary>
    public sealed record VerifyLease(LeaseId Lease) : RegistrarEffect;

    /// <summary>Give the lease of its own back.</summary>
    public sealed record CloseLease : RegistrarEffect;

    public sealed record Reply(RegistrationRequestId Request, RegistrationReply Answer) : RegistrarEffect;

    /// <summary>The health has changed.</summary>
    public sealed record Tell(RegistrationHealth Health) : RegistrarEffect;

    /// <summary>The keys are in etcd, on this lease.</summary>
    public sealed record NoteRegistered(LeaseId Lease) : RegistrarEffect;

    /// <summary>Somebody interfered; it is being repaired.</summary>
    public sealed record NoteRepair(string What) : RegistrarEffect;

    public sealed record End : RegistrarEffect;
}
