using Coordination.Demo.Cli;

namespace Coordination.Demo.Services;

/// <summary>Tells how a registration is doing, line by line, until it is deregistered.</summary>
internal static class RegistrationWatch
{
    public static async Task RunAsync(IServiceRegistration registration, Lines lines)
    {
        var last = RegistrationState.Registering;
        await foreach (var health in registration.HealthAsync().ConfigureAwait(false))
        {
            // What was asked for is told by whoever asked; here is what happens by itself. Writing a new state is no trouble.
            if (health.State == last || health.State is RegistrationState.Deregistering || health is { State: RegistrationState.Recovering, Problem: null })
            {
                continue;
            }

            lines.Write(health.Problem is { } problem ? $"{Word(health.State)}: {problem}" : Word(health.State));
            last = health.State;
        }
    }

    private static string Word(RegistrationState state) => state switch
    {
        RegistrationState.Registering => "registering",
        RegistrationState.Registered => "registered",
        RegistrationState.Recovering => "RECOVERING",
        RegistrationState.Conflict => "CONFLICT",
        _ => "deregistered",
    };
}
