using Coordination.Etcd;
using Coordination.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Coordination.Tests.Hosting;

public sealed class OptionSourcesTests
{
    /// <summary>For each setting a value that is wrong: no text of its type, or out of its range.</summary>
    public static readonly Dictionary<string, string> Wrong = new()
    {
        ["Name"] = "no name", ["Owner"] = new string('o', 300), ["SessionTtl"] = "1s", ["ClockRateBound"] = "0.9", ["RenewalProof"] = "sometimes",
        ["StartTimeout"] = "1h", ["StopTimeout"] = "1ms", ["Etcd.Endpoints"] = "ftp://user:secret@a:1", ["Etcd.ConnectTimeout"] = "1ms", ["Etcd.RequestTimeout"] = "5",
        ["Etcd.MaxReceiveMessageSize"] = "1KiB", ["Etcd.KeepAliveStreams"] = "65", ["Etcd.WatchStreams"] = "many", ["Etcd.WatchesPerStream"] = "0",
        ["Etcd.WatchSilenceLimit"] = "1ms", ["Etcd.StreamQueueLimit"] = "1", ["Locks.MaxWaiters"] = "0", ["Locks.MaxLocks"] = "-1", ["Locks.IdleTimeout"] = "1ms",
        ["Locks.OwnKeyWatchDelay"] = "2m", ["Locks.FallbackInterval"] = "1h", ["Locks.MaxInLine"] = "1001", ["Locks.WaitersPrefix"] = "no-slash",
        ["Elections.MaxCandidacies"] = "0", ["Elections.MaxObservers"] = "0", ["Elections.ObserverBuffer"] = "0", ["Elections.FallbackInterval"] = "1ms",
        ["Elections.DrainTimeout"] = "2h", ["Services.MaxRegistrations"] = "0", ["Services.MaxDiscoveries"] = "0",
        ["Journal.MaxBatchesInFlight"] = "0", ["Journal.MaxOperations"] = "15", ["Journal.MaxBytes"] = "1KiB",
        ["Services.DrainTime"] = "6m", ["Watches.ListPageSize"] = "0", ["Watches.MaxSubscribers"] = "0", ["Diagnostics.NameTags"] = "perhaps",
        ["Etcd.RetryLimit"] = "1h", ["Etcd.PingDelay"] = "1s", ["Etcd.PingTimeout"] = "1ms", ["Etcd.ClusterId"] = "xyz", ["Etcd.Tls.SkipServerVerification"] = "perhaps",
        ["Etcd.Tls.AuthorityFile"] = "/no/ca.pem", ["Etcd.Tls.CertificateFile"] = "/no/cert.pem", ["Etcd.Tls.KeyFile"] = "/no/key.pem",
        ["Etcd.Credentials.PasswordFile"] = "/no/password", ["Etcd.Credentials.AllowPlaintext"] = "perhaps", ["Etcd.Credentials.LoginPause"] = "1ms",
    };

    // Any text is allowed there.
    private static readonly string[] Free = ["Etcd.Tls.ServerName", "Etcd.Credentials.User", "Etcd.Credentials.Password"];

    [Fact]
    public void Every_option_can_be_set_in_IConfiguration_and_in_HOCON()
    {
        Assert.All(OptionSchema.Settings, setting =>
        {
            var text = OptionText.Write(setting, setting.Read(new CoordinationOptions()));
            Assert.True(Free.Contains(setting.Name) || Wrong.ContainsKey(setting.Name), $"{setting.Name} is a new option: give it a wrong value in this test.");
            if (text.Length > 0)
            {
                var read = ConfigurationOptions.Read(Section((setting.ConfigurationPath, text)));
                Assert.Equal(text, OptionText.Write(setting, setting.Read(read)));
            }
        });
    }

    [Fact]
    public async Task Wrong_values_of_all_options_are_named_in_one_error_with_what_is_allowed()
    {
        var settings = OptionSchema.Settings.Where(setting => Wrong.ContainsKey(setting.Name)).ToList();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => $"Coordination:{s.ConfigurationPath}", s => (string?)Wrong[s.Name]));
        builder.Configuration["Coordination:Etcd:RequestTimeuot"] = "5s";
        builder.Services.AddCoordination();
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());

        // What belongs to a part that is not there (credentials without a user) cannot be wrong; a key is read when its certificate can be.
        Assert.All(settings.Where(s => s.Name != "Etcd.Tls.KeyFile" && (!s.Name.StartsWith("Etcd.Credentials.", StringComparison.Ordinal) || s.Type == typeof(bool))), setting =>
            Assert.Matches($@"{setting.Name.Replace(".", @"\.", StringComparison.Ordinal)} is '[^']*'[^;]*: [^;]+", error.Message));
        Assert.Contains("There is no such setting: Coordination:Etcd:RequestTimeuot (known there: Endpoints, ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HOCON_is_overridden_by_IConfiguration_and_that_by_code()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "coordination { session.ttl = 11s, stop-timeout = 11s, etcd { request-timeout = 11s, connect-timeout = 11s } }");
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("Coordination:Hocon", file), ("Coordination:StopTimeout", "12s"), ("Coordination:Etcd:RequestTimeout", "00:00:12")));
        services.AddCoordination(read => read.Etcd.RequestTimeout += TimeSpan.FromSeconds(1))
            .UseEtcd(_ => new NoEtcd());
        await using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<CoordinationSystem>().Options;
        File.Delete(file);

        Assert.Equal(new CoordinationOptions().Locks, options.Locks);
        Assert.Equal(
            (11, 12, 13, 11),
            (options.SessionTtl.Seconds, options.StopTimeout.Seconds, options.Etcd.RequestTimeout.Seconds, options.Etcd.ConnectTimeout.Seconds));
    }

    [Fact]
    public async Task Microsofts_own_means_come_last_and_say_what_is_in_force_and_what_is_wrong()
    {
        var services = new ServiceCollection();
        services.AddCoordination(options => options.Owner = "code").UseEtcd(_ => new NoEtcd());
        services.AddCoordination("east").UseEtcd(_ => new NoEtcd());
        services.Configure<CoordinationOptions>(options => options.Owner += ", configured");
        services.Configure<CoordinationOptions>("east", options => options.Owner = "east");
        services.PostConfigureAll<CoordinationOptions>(options => options.Owner += ", at last");
        services.AddOptions<CoordinationOptions>("west").Validate(options => options.SessionTtl > TimeSpan.FromMinutes(1), "The west needs time.");
        services.AddCoordination("west").UseEtcd(_ => new NoEtcd());
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("code, configured, at last", provider.GetRequiredService<CoordinationSystem>().Options.Owner);
        Assert.Equal("east, at last", provider.GetRequiredKeyedService<CoordinationSystem>("east").Options.Owner);
        Assert.Same(provider.GetRequiredService<CoordinationSystem>().Options, provider.GetRequiredService<IOptions<CoordinationOptions>>().Value);
        Assert.Same(provider.GetRequiredKeyedService<CoordinationSystem>("east").Options, provider.GetRequiredService<IOptionsMonitor<CoordinationOptions>>().Get("east"));
        Assert.Contains("The west needs time.", Assert.Throws<ArgumentException>(() => provider.GetRequiredKeyedService<CoordinationSystem>("west")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_system_was_started_with_can_be_changed_without_it()
    {
        var options = new CoordinationOptions { StopTimeout = TimeSpan.FromMilliseconds(100) };
        await using var system = CoordinationSystem.Start(options, new NoEtcd());

        (options.Owner, options.Locks.WaitersPrefix, options.Etcd.Tls.ServerName) = ("later", "later/", "later");

        Assert.Equal(new CoordinationOptions { StopTimeout = TimeSpan.FromMilliseconds(100) }.Locks, system.Options.Locks);
        Assert.NotEqual("later", system.Options.Owner);
        Assert.Null(system.Options.Etcd.Tls.ServerName);
    }

    [Fact]
    public async Task Without_an_IConfiguration_the_environment_is_read()
    {
        const string Variable = "Coordination__Systems__from-environment__Etcd__Endpoints";
        Environment.SetEnvironmentVariable(Variable, "http://a:1,http://b:2");
        var services = new ServiceCollection();
        services.AddCoordination("from-environment").UseEtcd(_ => new NoEtcd());
        await using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredKeyedService<CoordinationSystem>("from-environment").Options;
        Environment.SetEnvironmentVariable(Variable, null);

        Assert.Equal(("from-environment", "http://a:1/ http://b:2/"), (options.Name, string.Join(' ', options.Etcd.Endpoints)));
    }

    [Fact]
    public void Lists_come_item_by_item_or_as_one_text()
    {
        var items = ConfigurationOptions.Read(Section(("Etcd:Endpoints:0", "http://a:1"), ("Etcd:Endpoints:1", "http://b:2")));
        var text = ConfigurationOptions.Read(Section(("Etcd:Endpoints", "http://a:1, http://b:2")));

        Assert.Equal([new Uri("http://a:1"), new Uri("http://b:2")], items.Etcd.Endpoints.ToArray());
        Assert.Equal(items.Etcd.Endpoints.ToArray(), text.Etcd.Endpoints.ToArray());
    }

    [Fact]
    public void Credentials_are_made_of_their_parts_and_a_password_is_shown_to_nobody()
    {
        var read = ConfigurationOptions.Read(Section(("Etcd:Credentials:AllowPlaintext", "on"), ("Etcd:Credentials:Password", "secret"), ("Etcd:Credentials:User", "anna")));
        Assert.Equal(new EtcdCredentials("anna") { Password = "secret", AllowPlaintext = true }, read.Etcd.Credentials);
        Assert.Null(ConfigurationOptions.Read(Section(("Etcd:Credentials:Password", "secret"))).Etcd.Credentials);
        Assert.True(OptionSchema.Settings.Single(setting => setting.Name == "Etcd.Credentials.Password").IsSecret);
    }

    [Fact]
    public async Task Systems_side_by_side_have_their_own_names_options_and_faces()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("Coordination:SessionTtl", "11s"), ("Coordination:Systems:east:SessionTtl", "12s")));
        services.AddCoordination().UseEtcd(_ => new NoEtcd());
        services.AddCoordination("east").UseEtcd(_ => new NoEtcd());
        services.AddCoordination("east", options => options.Owner = "e");
        await using var provider = services.BuildServiceProvider();

        var (one, east) = (provider.GetRequiredService<CoordinationSystem>(), provider.GetRequiredKeyedService<CoordinationSystem>("east"));

        Assert.Equal((11, "coordination"), (one.Options.SessionTtl.Seconds, one.Options.Name));
        Assert.Equal((12, "east", "e"), (east.Options.SessionTtl.Seconds, east.Options.Name, east.Options.Owner));
        Assert.Same(east, provider.GetRequiredKeyedService<ILocks>("east"));
        Assert.Same(one, provider.GetRequiredService<IServiceRegistry>());
        Assert.Equal(2, provider.GetServices<IHostedService>().Count());
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        Configuration([.. values.Select(v => ($"Coordination:{v.Key}", v.Value))]).GetSection("Coordination");
}
