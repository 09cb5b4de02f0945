namespace Coordination.Messages;

/// <summary>What an actor of the host is told about a service of its own.</summary>
/// <param name="Service">The name of the service.</param>
public abstract record ServiceNews(string Service)
{
    /// <summary>The answer to <see cref="ServiceRequest.Register"/>.</summary>
    /// <param name="Registration">Dispose it to deregister; that need not be awaited.</param>
    public sealed record Registered(IServiceRegistration Registration) : ServiceNews(Registration.Instance.Service);
}
