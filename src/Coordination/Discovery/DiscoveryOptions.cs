namespace Coordination;

/// <summary>Options of one discovery. Two discoveries with the same service and equal options share everything.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Where the keys of the service are. Default <see cref="ServiceLayout.Default"/>.</summary>
    public ServiceLayout Layout { get; init; } = ServiceLayout.Default;

    /// <summary>What one watch covers. Default: the one service.</summary>
    public DiscoveryScope Scope { get; init; } = DiscoveryScope.Service;

    /// <summary>Instances of a service beyond which further ones are set aside and reported. Default 10,000; 1 to 1,000,000.</summary>
    public int MaxInstances { get; init; } = 10_000;

    /// <summary>Changes that wait for a reader of <see cref="IServiceDiscovery.ChangesAsync"/>; when it is slower it gets a whole view instead. Default 1,024; 1 to 1,000,000.</summary>
    public int ChangeBuffer { get; init; } = 1024;

    internal void Validate(OptionProblems problems)
    {
        problems.Check(nameof(MaxInstances), MaxInstances, 1, 1_000_000, "instances");
        problems.Check(nameof(ChangeBuffer), ChangeBuffer, 1, 1_000_000, "changes");
        if (!Enum.IsDefined(Scope))
        {
            problems.Add(nameof(Scope), Scope, "allowed are Service and AllServices");
        }
        else if (Scope is DiscoveryScope.AllServices && Layout.AllServices is null)
        {
            problems.Add(nameof(Scope), Scope, $"the keys '{Layout.Keys}' have no prefix of their own before {{service}}; watch each service by itself");
        }
    }
}

/// <summary>What one watch covers.</summary>
public enum DiscoveryScope
{
    /// <summary>A watch for each service: only its own changes travel.</summary>
    Service,

    /// <summary>One watch of the layout's whole prefix for all services that are asked for in this way: for many services that are small.</summary>
    AllServices,
}
