namespace Coordination.Discovery.Registration;

/// <summary>The one answer to a request about a registration.</summary>
internal abstract record RegistrationReply
{
    private RegistrationReply()
    {
    }

    /// <summary>It is as it was asked for.</summary>
    public sealed record Done : RegistrationReply;

    public sealed record Failed(CoordinationException Error) : RegistrationReply;

    /// <summary>The answer to an update that came with or after the deregistration.</summary>
    public static Failed Left(ServiceInstance instance) =>
        new(new CoordinationException(CoordinationErrorKind.Stopped, $"The registration of {instance.Service}/{instance.Id} has been ended"));
}
