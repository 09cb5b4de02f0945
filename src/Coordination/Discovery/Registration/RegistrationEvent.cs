namespace Coordination.Discovery.Registration;

/// <summary>What a RegistrarActor tells its parent.</summary>
internal abstract record RegistrationEvent
{
    private RegistrationEvent()
    {
    }

    /// <summary>It is deregistered.</summary>
    public sealed record Left(RegistrationCell Cell) : RegistrationEvent;
}
