using Microsoft.Extensions.DependencyInjection;

namespace Coordination;

/// <summary>Adds the recipes to a container.</summary>
public static class RecipesExtensions
{
    /// <summary>Adds <see cref="IRecipes"/> on this system: <c>services.AddCoordination().AddRecipes()</c>. Those of a named system have its name as their key.</summary>
    /// <param name="builder">The system.</param>
    /// <returns>The same builder.</returns>
    public static CoordinationBuilder AddRecipes(this CoordinationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Name is { } name)
        {
            builder.Services.AddKeyedSingleton<IRecipes>(name, (services, _) => new EtcdRecipes(services.GetRequiredKeyedService<CoordinationSystem>(name)));
        }
        else
        {
            builder.Services.AddSingleton<IRecipes>(services => new EtcdRecipes(services.GetRequiredService<CoordinationSystem>()));
        }

        return builder;
    }
}
