namespace Coordination;

public sealed partial class CoordinationSystem
{
    /// <summary>Registers an instance of a service and keeps it registered. Returns at once; <see cref="ServiceRegistration.WaitUntilRegisteredAsync"/> waits.</summary>
    /// <param name="instance">What it says about itself.</param>
    /// <param name="options">Layout and lease; null: the defaults.</param>
    /// <exception cref="ArgumentException">A name, a port or another value is not allowed, or does not fit into the layout; all problems are named.</exception>
    /// <exception cref="InvalidOperationException">This system registers the same keys already.</exception>
    public ServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null) => throw new NotImplementedException();

    /// <summary>A live view of a service. Returns at once; <see cref="ServiceDiscovery.WaitForViewAsync"/> waits for the first view.</summary>
    /// <param name="service">The name; a service that nobody registered has an empty view.</param>
    /// <param name="options">Layout, scope and limits; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name or an option is not allowed.</exception>
    public ServiceDiscovery Discover(string service, DiscoveryOptions? options = null) => throw new NotImplementedException();
}
