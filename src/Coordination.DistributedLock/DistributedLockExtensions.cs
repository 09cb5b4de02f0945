using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination;

/// <summary>Adds the interfaces of DistributedLock.Core to a container.</summary>
public static class DistributedLockExtensions
{
    /// <summary>
    /// Adds <see cref="IDistributedLockProvider"/>, <see cref="IDistributedReaderWriterLockProvider"/> and <see cref="IDistributedSemaphoreProvider"/>, all on the locks of
    /// this system: <c>services.AddCoordination().AddDistributedLocks()</c>. Those of a named system have its name as their key.
    /// </summary>
    /// <param name="builder">The system.</param>
    /// <returns>The same builder.</returns>
    public static CoordinationBuilder AddDistributedLocks(this CoordinationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add<IDistributedLockProvider>();
        Add<IDistributedReaderWriterLockProvider>();
        Add<IDistributedSemaphoreProvider>();
        return builder;

        void Add<T>()
            where T : class
        {
            if (builder.Name is { } name)
            {
                builder.Services.AddKeyedSingleton(name, (services, _) => (T)(object)new EtcdDistributedSynchronizationProvider(services.GetRequiredKeyedService<ILocks>(name)));
            }
            else
            {
                builder.Services.AddSingleton(services => (T)(object)new EtcdDistributedSynchronizationProvider(services.GetRequiredService<ILocks>()));
            }
        }
    }
}
