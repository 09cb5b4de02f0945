using Akka.Configuration;
using Akka.Coordination;
using Akka.Hosting;
using Coordination.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Tests.Plugins;

/// <summary>The reference configuration is what the code knows, and the options write what they say.</summary>
public sealed class PluginHostingTests
{
    [Fact]
    public void The_reference_file_names_the_classes_that_exist_and_its_times_are_accepted()
    {
        var config = EtcdLease.DefaultConfiguration;
        Assert.Equal(typeof(EtcdLease), Type.GetType(config.GetString("akka.coordination.lease.etcd.lease-class"), throwOnError: true));
        Assert.Equal(typeof(EtcdServiceDiscovery), Type.GetType(config.GetString("akka.discovery.etcd.class"), throwOnError: true));

        var terms = LeaseTerms.Of(LeaseSettings.Create(config.GetConfig("akka.coordination.lease.etcd"), "name", "owner"));

        Assert.Equal(
            new LeaseTerms("akka/leases/name", "owner", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)), terms);
    }

    [Fact]
    public void The_file_in_the_library_is_the_one_that_is_shown()
    {
        var shown = ConfigurationFactory.ParseString(Pages.Read("hocon/akka.conf"));

        Assert.Equal(shown.Root.ToString(), EtcdLease.DefaultConfiguration.Root.ToString());
    }

    [Fact]
    public void Every_option_is_a_setting_of_the_file_and_the_other_way_round()
    {
        Assert.Equal(SettingsOf("akka.coordination.lease.etcd", "lease-class"), NamesOf<EtcdLeaseOption>("name"));
        Assert.Equal(SettingsOf("akka.discovery.etcd", "class"), NamesOf<EtcdDiscoveryOptions>("config-path", "is-default-plugin"));
    }

    [Fact]
    public void Options_from_a_configuration_are_written_as_HOCON()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Lease:Name"] = "quick", ["Lease:HeartbeatTimeout"] = "00:00:06", ["Lease:LeaseOperationTimeout"] = "00:00:01.5", ["Lease:KeyPrefix"] = "a \"b\"/",
            ["Discovery:ServiceName"] = "nodes", ["Discovery:Port"] = "8558", ["Discovery:Register"] = "false", ["Discovery:PortName"] = "management",
        }).Build();

        var config = Written(akka => akka
            .WithEtcdLease(configuration.GetSection("Lease").Get<EtcdLeaseOption>()!)
            .WithEtcdDiscovery(configuration.GetSection("Discovery").Get<EtcdDiscoveryOptions>()!));

        var lease = config.GetConfig("akka.coordination.lease.quick");
        Assert.Equal(
            ("6", "1.8", "1.5"), (Seconds(lease, "heartbeat-timeout"), Seconds(lease, "heartbeat-interval"), Seconds(lease, "lease-operation-timeout")));
        Assert.Equal("a \"b\"/", lease.GetString("key-prefix"));
        Assert.Equal(typeof(EtcdLease), Type.GetType(lease.GetString("lease-class")));
        var discovery = config.GetConfig("akka.discovery.etcd");
        Assert.Equal(("nodes", 8558, false, "management"), (discovery.GetString("service-name"), discovery.GetInt("port"), discovery.GetBoolean("register"), discovery.GetString("port-name")));
        Assert.Equal("etcd", config.GetString("akka.discovery.method"));
    }

    [Fact]
    public void What_is_not_said_has_the_defaults_of_the_file()
    {
        var config = Written(akka => akka.WithEtcdLease().WithEtcdDiscovery(options => options.IsDefaultPlugin = false));

        Assert.Equal("10", Seconds(config.GetConfig("akka.coordination.lease.etcd"), "heartbeat-timeout"));
        Assert.True(config.GetBoolean("akka.discovery.etcd.register"));
        Assert.False(config.HasPath("akka.discovery.method"));
    }

    [Fact]
    public void A_name_that_is_no_part_of_a_path_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Written(akka => akka.WithEtcdLease(options => options.Name = "a.b")));

        Assert.Contains("'a.b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Akkas_own_hook_on_the_end_of_the_process_is_off_also_when_HOCON_comes_from_an_IConfiguration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([]).Build();

        var config = Written(akka => akka.AddHocon(configuration.GetSection("Akka"), HoconAddMode.Prepend).WithCoordination());

        Assert.False(config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook"));
    }

    private static string Seconds(Config config, string setting) => config.GetTimeSpan(setting).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Config Written(Func<AkkaConfigurationBuilder, AkkaConfigurationBuilder> write)
    {
        Config? config = null;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAkka("written", akka => config = write(akka).Configuration.Value);
        using var host = builder.Build();
        host.Services.GetService<ActorSystem>();
        return config!;
    }

    private static IEnumerable<string> SettingsOf(string path, string but) =>
        EtcdLease.DefaultConfiguration.GetConfig(path).AsEnumerable().Select(entry => entry.Key).Where(key => key != but).Order();

    private static IEnumerable<string> NamesOf<T>(params string[] but) => typeof(T).GetProperties().Where(property => property.CanWrite)
        .Select(property => string.Concat(property.Name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")))
        .Where(name => !but.Contains(name)).Order();
}
