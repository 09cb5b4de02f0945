namespace Coordination.Testing;

/// <summary>Waits for what a discovery or a registration says.</summary>
public static class DiscoveryWait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The first view that is as asked for.</summary>
    public static async Task<ServiceView> UntilAsync(this IServiceDiscovery discovery, Func<ServiceView, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await foreach (var change in discovery.ChangesAsync(limit.Token))
            {
                if (discovery.Current is var view && condition(view))
                {
                    return view;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with the view.
        }

        throw new TimeoutException($"The view of {discovery.Service} is still {discovery.Current.IsStale}: {string.Join(", ", discovery.Current.Instances)}");
    }

    /// <summary>The view when its instances have these ids.</summary>
    public static Task<ServiceView> UntilIdsAsync(this IServiceDiscovery discovery, params string[] ids) =>
        discovery.UntilAsync(view => !view.IsStale && view.Instances.Select(i => i.Id).SequenceEqual(ids));

    /// <summary>The health when it is as asked for.</summary>
    public static async Task<RegistrationHealth> UntilAsync(this IServiceRegistration registration, RegistrationState state)
    {
        using var limit = new CancellationTokenSource(Limit);
        await foreach (var health in registration.HealthAsync(limit.Token))
        {
            if (health.State == state)
            {
                return health;
            }
        }

        throw new InvalidOperationException($"The registration ended before it was {state}.");
    }
}
