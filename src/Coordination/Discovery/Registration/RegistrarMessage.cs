using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>What a registrar's machine is told: commands first, then facts.</summary>
internal abstract record RegistrarMessage
{
    private RegistrarMessage()
    {
    }

    /// <summary>Command: this is the wish from now on.</summary>
    public sealed record Wish(ServiceInstance Instance, RegistrationRequestId? Request) : RegistrarMessage;

    /// <summary>Command: take it out of etcd.</summary>
    public sealed record Leave(RegistrationRequestId Request) : RegistrarMessage;

    /// <summary>Fact: there is a lease to put the keys on.</summary>
    public sealed record LeaseOpened(LeaseId Lease) : RegistrarMessage;

    /// <summary>Fact: the lease is lost.</summary>
    public sealed record LeaseLost(LeaseId Lease) : RegistrarMessage;

    /// <summary>Fact: the lease of its own is given back.</summary>
    public sealed record LeaseClosed : RegistrarMessage;

    /// <summary>Fact: the transaction was made. <paramref name="Shown"/> is what is there instead when its conditions did not hold; else null.</summary>
    public sealed record Written(Revision Revision, ImmutableArray<KeyValue>? Shown) : RegistrarMessage;

    /// <summary>Fact: the reply is lost. The transaction was made or never will be; this is what is there now.</summary>
    public sealed record Settled(Revision Revision, ImmutableArray<KeyValue> Shown) : RegistrarMessage;

    /// <summary>Fact: the transaction was not made; of one that was sent without a lease nothing is known, and it can be repeated.</summary>
    public sealed record WriteFailed(EtcdException Error) : RegistrarMessage;

    /// <summary>Fact: keys changed, at one revision.</summary>
    public sealed record Changed(Revision Revision, ImmutableArray<EtcdEvent> Events) : RegistrarMessage;

    /// <summary>Fact: the keys were read again after the history was cut; the revision may be smaller than any before.</summary>
    public sealed record Resynced(Revision Revision, ImmutableArray<KeyValue> Keys) : RegistrarMessage;

    /// <summary>Fact: a timer fired.</summary>
    public sealed record TimerFired(RegistrarTimer Timer) : RegistrarMessage;
}

/// <summary>The timers of a registrar.</summary>
internal enum RegistrarTimer
{
    /// <summary>The pause before the next attempt is over.</summary>
    Retry,

    /// <summary>Nobody interfered for a while: what they did before is forgotten.</summary>
    Forget,
}

/// <summary>Identifies a request about a registration within this process.</summary>
internal readonly record struct RegistrationRequestId(long Value)
{
    private static long _last;

    public static RegistrationRequestId Next() => new(Interlocked.Increment(ref _last));
}
