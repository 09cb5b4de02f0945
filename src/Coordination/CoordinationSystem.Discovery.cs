using Coordination.Discovery.Layouts;
using Coordination.Discovery.Registration;
using Coordination.Discovery.Views;

namespace Coordination;

/// <content>Registration and discovery.</content>
public sealed partial class CoordinationSystem
{
    /// <summary>Registers an instance of a service and keeps it registered. Returns at once; <see cref="ServiceRegistration.WaitUntilRegisteredAsync"/> waits.</summary>
    /// <param name="instance">What it says about itself.</param>
    /// <param name="options">Layout and lease; null: the defaults.</param>
    /// <exception cref="ArgumentException">A name, a port or another value is not allowed, or does not fit into the layout; all problems are named.</exception>
    /// <exception cref="InvalidOperationException">This system registers the same keys already.</exception>
    /// <exception cref="CoordinationException">There are too many registrations (LimitReached), or the system has stopped.</exception>
    public ServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(instance);
        options ??= new RegistrationOptions();
        CheckInstance(instance, options, nameof(instance));
        ThrowIfStopped();
        var cell = new RegistrationCell(instance, options);
        _context.Registrations.Add(cell, Options.Services.MaxRegistrations);
        Tell(new RegistrationCommand.Begin(cell));
        return new ServiceRegistration(this, cell);
    }

    /// <summary>A live view of a service. Returns at once; <see cref="ServiceDiscovery.WaitForViewAsync"/> waits for the first view.</summary>
    /// <param name="service">The name; a service that nobody registered has an empty view.</param>
    /// <param name="options">Layout, scope and limits; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name or an option is not allowed.</exception>
    /// <exception cref="CoordinationException">There are too many discoveries (LimitReached), or the system has stopped.</exception>
    public ServiceDiscovery Discover(string service, DiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        options ??= new DiscoveryOptions();
        var problems = new OptionProblems();
        InstanceRules.CheckName(nameof(service), service, problems);
        options.Validate(problems);
        OptionProblems.ThrowIfAny("The discovery", problems.All, nameof(service));
        ThrowIfStopped();
        return new ServiceDiscovery(this, _context.Discoveries.Open(service, options, Options.Services.MaxDiscoveries, Tell));
    }

    /// <exception cref="ArgumentException">The instance cannot be registered in this way.</exception>
    internal static void CheckInstance(ServiceInstance instance, RegistrationOptions options, string parameter)
    {
        var problems = new OptionProblems();
        InstanceRules.Check(instance, problems);
        options.Validate(problems);
        options.Layout.Check(instance, options.OwnLease, problems);
        OptionProblems.ThrowIfAny("The registration", problems.All, parameter);
    }

    internal void Close(ServiceFeed feed) => _context.Discoveries.Close(feed, Tell);

    internal void Tell(object message) => Supervisor.Tell(message, ActorRefs.NoSender);
}
