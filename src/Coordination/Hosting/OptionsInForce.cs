using Microsoft.Extensions.Options;

namespace Coordination.Hosting;

/// <summary>What <c>IOptions&lt;CoordinationOptions&gt;</c> gives: the options of the system of that name, as they are in force. So there is one answer, whoever asks.</summary>
internal sealed class OptionsInForce(IServiceProvider services) : IOptionsFactory<CoordinationOptions>
{
    /// <summary>What a container says of options by Microsoft's own means, on top of what was read.</summary>
    /// <returns>What its validators have against the result.</returns>
    public static IReadOnlyList<string> Configure(IServiceProvider services, string? name, CoordinationOptions options)
    {
        var key = name ?? Options.DefaultName;
        foreach (var setup in All<IConfigureOptions<CoordinationOptions>>(services))
        {
            if (setup is IConfigureNamedOptions<CoordinationOptions> named)
            {
                named.Configure(key, options);
            }
            else if (name is null)
            {
                setup.Configure(options);
            }
        }

        foreach (var setup in All<IPostConfigureOptions<CoordinationOptions>>(services))
        {
            setup.PostConfigure(key, options);
        }

        return [.. All<IValidateOptions<CoordinationOptions>>(services).SelectMany(validator => validator.Validate(key, options).Failures ?? [])];
    }

    public CoordinationOptions Create(string name) => services.GetCoordination(name == Options.DefaultName ? null : name).Options;

    private static IEnumerable<T> All<T>(IServiceProvider services) => (IEnumerable<T>?)services.GetService(typeof(IEnumerable<T>)) ?? [];
}
