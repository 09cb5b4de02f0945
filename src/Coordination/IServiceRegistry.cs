namespace Coordination;

/// <summary>
/// Registration and discovery of a system. Inject it where you need nothing else of the system. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.
/// </summary>
public interface IServiceRegistry
{
    /// <summary>Registers an instance of a service and keeps it registered. Returns at once; <see cref="IServiceRegistration.WaitUntilRegisteredAsync"/> waits.</summary>
    /// <param name="instance">What it says about itself.</param>
    /// <param name="options">Layout and lease; null: the defaults.</param>
    /// <exception cref="ArgumentException">A value is not allowed, or does not fit into the layout; all problems are named.</exception>
    /// <exception cref="InvalidOperationException">This system registers the same keys already.</exception>
    /// <exception cref="CoordinationException">There are too many registrations (LimitReached), or the system has stopped.</exception>
    IServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null);

    /// <summary>A live view of a service. Returns at once; <see cref="IServiceDiscovery.WaitForViewAsync"/> waits for the first view.</summary>
    /// <param name="service">The name; a service that nobody registered has an empty view.</param>
    /// <param name="options">Layout, scope and limits; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name or an option is not allowed.</exception>
    /// <exception cref="CoordinationException">There are too many discoveries (LimitReached), or the system has stopped.</exception>
    IServiceDiscovery Discover(string service, DiscoveryOptions? options = null);
}
