using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>What a RegistrarActor tells its parent.</summary>
internal abstract record RegistrationEvent
{
    private RegistrationEvent()
    {
    }

    /// <summary>It is deregistered. <paramref name="Unresolved"/>: the lease on which its keys may still be created; it sees to that itself, until it is stopped.</summary>
    public sealed record Left(RegistrationCell Cell, LeaseId Unresolved) : RegistrationEvent;
}
