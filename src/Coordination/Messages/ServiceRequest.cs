namespace Coordination.Messages;

/// <summary>
/// What an actor of the host sends to <see cref="CoordinationSystem.Actor"/> about a service. The answers go to the sender; its subscriptions end with it, its
/// registrations do not.
/// </summary>
/// <param name="Service">The name of the service.</param>
public abstract record ServiceRequest(string Service)
{
    /// <summary>
    /// Register an instance. Answered with <see cref="ServiceNews.Registered"/> at once (its keys follow), or a <see cref="Status.Failure"/>. Its state is published
    /// to the EventStream as <see cref="RegistrationHealth"/>.
    /// </summary>
    /// <param name="Instance">What it says about itself.</param>
    public sealed record Register(ServiceInstance Instance) : ServiceRequest(Instance.Service)
    {
        /// <summary>Layout and lease; null: the defaults.</summary>
        public RegistrationOptions? Options { get; init; }
    }

    /// <summary>
    /// Tell the sender each <see cref="ServiceChange"/>: a <see cref="ServiceChange.Resynced"/> with the view as it is, then what changes. A <see cref="Status.Failure"/> when
    /// that is not possible. The mailbox of the sender is the only buffer.
    /// </summary>
    /// <param name="Service">The name of the service.</param>
    public sealed record Subscribe(string Service) : ServiceRequest(Service)
    {
        /// <summary>Layout, scope and limits; null: the defaults.</summary>
        public DiscoveryOptions? Options { get; init; }
    }

    /// <summary>No more changes of the service for the sender, except what is on its way.</summary>
    /// <param name="Service">The name of the service.</param>
    public sealed record Unsubscribe(string Service) : ServiceRequest(Service);
}
