using Coordination.Etcd;
using Coordination.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination;

/// <summary>Configures a system that was added to a container: where its options come from, and where it lives.</summary>
/// <remarks>
/// Options come from, each overriding the ones before: the defaults; HOCON files (<see cref="UseHocon"/>, then the file that the setting
/// <c>Coordination:Hocon</c> names); the section <c>Coordination</c> of the container's IConfiguration, in which the environment and the command line already override
/// appsettings.json (without an IConfiguration in the container: the environment, <c>Coordination__SessionTtl=10s</c>); code given here; then what the container says
/// of <c>IOptions&lt;CoordinationOptions&gt;</c> (<c>services.Configure</c>, <c>PostConfigure</c>, <c>IValidateOptions</c>). All are checked when the host starts,
/// without <c>ValidateOnStart</c>, and one error names everything that is wrong. <c>IOptions&lt;CoordinationOptions&gt;</c> is what is in force; the name of a system is its name there.
/// </remarks>
public sealed class CoordinationBuilder
{
    internal CoordinationBuilder(IServiceCollection services, CoordinationRegistration registration)
    {
        Services = services;
        Registration = registration;
    }

    /// <summary>The container.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key of the system in the container; null: the system without a key.</summary>
    public string? Name => Registration.Name;

    internal CoordinationRegistration Registration { get; }

    /// <summary>Sets options in code, over everything that was read.</summary>
    /// <param name="configure">For example <c>options => options.SessionTtl = TimeSpan.FromSeconds(15)</c>.</param>
    public CoordinationBuilder Configure(Action<CoordinationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Configure((_, options) => configure(options));
    }

    /// <summary>Sets options in code with the help of services.</summary>
    /// <param name="configure">Gets the container and what was read, and changes it.</param>
    public CoordinationBuilder Configure(Action<IServiceProvider, CoordinationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Registration.Code.Add(configure);
        return this;
    }

    /// <summary>Reads the block <c>coordination</c> of a HOCON file before IConfiguration. Several are read in their order.</summary>
    /// <param name="path">The file; hocon/coordination.conf lists all settings.</param>
    public CoordinationBuilder UseHocon(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Registration.HoconFiles.Add(path);
        return this;
    }

    /// <summary>Reads another section of the container's IConfiguration than <c>Coordination</c> (a named system: than <c>Coordination:Systems:name</c>).</summary>
    /// <param name="section">The path of the section.</param>
    public CoordinationBuilder UseSection(string section)
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        Registration.Section = section;
        return this;
    }

    /// <summary>Lives in an actor system of the host and does not terminate it. Default: it has its own.</summary>
    /// <param name="actors">Finds it in the container.</param>
    public CoordinationBuilder UseActorSystem(Func<IServiceProvider, ActorSystem> actors)
    {
        ArgumentNullException.ThrowIfNull(actors);
        Registration.Actors = actors;
        return this;
    }

    /// <summary>Uses a client of the host and does not dispose it. Default: one created from the options.</summary>
    /// <param name="etcd">Finds it in the container.</param>
    public CoordinationBuilder UseEtcd(Func<IServiceProvider, IEtcdClient> etcd)
    {
        ArgumentNullException.ThrowIfNull(etcd);
        Registration.Etcd = etcd;
        return this;
    }
}
