namespace Coordination.Discovery.Registration;

/// <summary>What the RegistrationsActor is told from outside.</summary>
internal abstract record RegistrationCommand
{
    private RegistrationCommand()
    {
    }

    /// <summary>See to a registration from now on.</summary>
    public sealed record Begin(RegistrationCell Cell) : RegistrationCommand;

    /// <summary>Fulfil the wish that is now in the cell, then answer.</summary>
    public sealed record Update(RegistrationCell Cell, RegistrationRequestId Request) : ForCell(Cell);

    /// <summary>Take it out of etcd, then answer.</summary>
    public sealed record Leave(RegistrationCell Cell, RegistrationRequestId Request) : ForCell(Cell);

    /// <summary>Everything ends: leases that are not the session's are given back.</summary>
    public sealed record Close : RegistrationCommand;

    /// <summary>A request about one registration: passed on to its RegistrarActor.</summary>
    public abstract record ForCell(RegistrationCell Cell) : RegistrationCommand, IAnsweredRequest
    {
        public object Refusal(CoordinationException error) => new RegistrationReply.Failed(error);
    }
}
