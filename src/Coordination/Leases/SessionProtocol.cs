using Coordination.Etcd;

namespace Coordination.Leases;

/// <summary>What a SessionActor is told. A <see cref="LeaseMessage.Verify"/> or <see cref="LeaseMessage.GiveUp"/> is passed on to the lease it names.</summary>
internal abstract record SessionCommand
{
    private SessionCommand()
    {
    }

    /// <summary>Revoke the lease, then end.</summary>
    public sealed record Close : SessionCommand;

    /// <summary>Fact: the pause before the next lease after a failed LeaseActor is over.</summary>
    public sealed record OpenDue : SessionCommand;
}

/// <summary>What a SessionActor tells its parent.</summary>
internal abstract record SessionEvent
{
    private SessionEvent()
    {
    }

    /// <summary>A lease is held; the validity says until when. What is written on it goes through the journal.</summary>
    public sealed record Opened(LeaseValidity Lease, IActorRef Journal) : SessionEvent;

    /// <summary>The lease is lost, for good. The next one is being asked for.</summary>
    public sealed record Lost(LeaseId Lease, LossReason Reason) : SessionEvent;

    /// <summary>There is no lease yet; it is tried again.</summary>
    public sealed record NotYetOpened(EtcdException Error) : SessionEvent;
}
