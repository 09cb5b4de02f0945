namespace Coordination.Messages;

/// <summary>The answers to an actor of the host about its own service.</summary>
/// <param name="Service">The name of the service.</param>
public abstract record ServiceNews(string Service)
{
    /// <summary>The answer to <see cref="ServiceRequest.Register"/>.</summary>
    /// <param name="Registration">Dispose it to deregister; that need not be awaited.</param>
    public sealed record Registered(IServiceRegistration Registration) : ServiceNews(Registration.Instance.Service);
}
