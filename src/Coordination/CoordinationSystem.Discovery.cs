using Coordination.Discovery.Layouts;
using Coordination.Discovery.Registration;
using Coordination.Discovery.Views;

namespace Coordination;

/// <content>Registration and discovery.</content>
public sealed partial class CoordinationSystem
{
    /// <inheritdoc/>
    public IServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null)
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

    /// <inheritdoc/>
    public IServiceDiscovery Discover(string service, DiscoveryOptions? options = null) => Open(service, options);

    internal ServiceDiscovery Open(string service, DiscoveryOptions? options)
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
