namespace Coordination.Actors.Tests.Configuration;

public sealed class ConfigTests
{
    [Fact]
    public void Numbers_and_booleans()
    {
        var config = Read("i = -5, l = 5000000000, d = 1.5e3, f = 0.25, m = 1.1, on = on, yes = yes, t = true, off = off, no = no, f2 = false");
        Assert.Equal(-5, config.GetInt("i"));
        Assert.Equal(5_000_000_000, config.GetLong("l"));
        Assert.Equal(1500, config.GetDouble("d"));
        Assert.Equal(0.25f, config.GetFloat("f"));
        Assert.Equal(1.1m, config.GetDecimal("m"));
        Assert.All(["on", "yes", "t"], path => Assert.True(config.GetBoolean(path)));
        Assert.All(["off", "no", "f2"], path => Assert.False(config.GetBoolean(path, true)));
    }

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500 ms", 500)]
    [InlineData("500", 500)]
    [InlineData("1.5 minutes", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1 day", 86_400_000)]
    [InlineData("1000 us", 1)]
    [InlineData("1000000ns", 1)]
    [InlineData("3 seconds", 3_000)]
    [InlineData("0", 0)]
    public void Durations(string text, long milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read($"d = {text}").GetTimeSpan("d"));

    [Fact]
    public void Infinite_is_a_duration_where_it_is_allowed()
    {
        var config = Read("d = infinite");
        Assert.Equal(Timeout.InfiniteTimeSpan, config.GetTimeSpan("d"));
        Assert.Throws<ConfigurationException>(() => config.GetTimeSpan("d", allowInfinite: false));
    }

    [Theory]
    [InlineData("100", 100)]
    [InlineData("100B", 100)]
    [InlineData("1kB", 1000)]
    [InlineData("1 k", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("2 MB", 2_000_000)]
    [InlineData("2m", 2_097_152)]
    [InlineData("1.5 MiB", 1_572_864)]
    [InlineData("1g", 1_073_741_824)]
    [InlineData("1 terabyte", 1_000_000_000_000)]
    [InlineData("3 bytes", 3)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, Read($"s = {text}").GetByteSize("s"));

    [Fact]
    public void What_is_not_there_has_the_default()
    {
        var config = Config.Empty;
        Assert.Equal("d", config.GetString("a", "d"));
        Assert.Null(config.GetString("a"));
        Assert.Equal(7, config.GetInt("a.b", 7));
        Assert.Equal(TimeSpan.FromSeconds(1), config.GetTimeSpan("a", TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("a"));
        Assert.Null(config.GetByteSize("a"));
        Assert.Empty(config.GetStringList("a"));
        Assert.Equal(["x"], config.GetStringList("a", ["x"]));
        Assert.True(config.GetConfig("a").IsEmpty);
        Assert.False(config.HasPath("a"));
    }

    [Fact]
    public void What_is_wrong_is_an_error_that_names_path_and_value()
    {
        var config = Read("a.b = soon, l = [1, x], o = { p = 1 }, big = 99999999999");
        Assert.Contains("a.b: soon", Assert.Throws<ConfigurationException>(() => config.GetInt("a.b")).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => config.GetTimeSpan("a.b"));
        Assert.Throws<ConfigurationException>(() => config.GetByteSize("a.b"));
        Assert.Throws<ConfigurationException>(() => config.GetBoolean("a.b"));
        Assert.Throws<ConfigurationException>(() => config.GetIntList("l"));
        Assert.Throws<ConfigurationException>(() => config.GetString("o"));
        Assert.Throws<ConfigurationException>(() => config.GetInt("big"));
        Assert.Throws<ConfigurationException>(() => config.GetStringList("a.b"));
    }

    [Fact]
    public void GetConfig_is_the_settings_below_a_path()
    {
        var config = Read("a { b { c = 1 }, d = 2 }").GetConfig("a");
        Assert.Equal(1, config.GetInt("b.c"));
        Assert.Equal(2, config.GetInt("d"));
    }

    [Fact]
    public void WithFallback_fills_what_is_not_there_and_merges_objects()
    {
        var config = Read("a { x = 1 }, s = mine").WithFallback(Read("a { x = 9, y = 2 }, s { t = 1 }, z = 3"));
        Assert.Equal(1, config.GetInt("a.x"));
        Assert.Equal(2, config.GetInt("a.y"));
        Assert.Equal("mine", config.GetString("s"));
        Assert.Equal(3, config.GetInt("z"));
        Assert.Equal(3, Config.Empty.WithFallback(config).GetInt("z"));
    }

    [Fact]
    public void AsEnumerable_goes_over_the_top_in_order() =>
        Assert.Equal(["c", "a", "b"], Read("c = 1, a { x = 1 }, b = 2").AsEnumerable().Select(setting => setting.Key));

    [Fact]
    public async Task A_system_has_its_configuration_in_its_settings()
    {
        var system = ActorSystem.Create("configured", Read("mine.setting = 5, akka.actor.ask-timeout = 20ms"));
        Assert.Equal(5, system.Settings.Config.GetInt("mine.setting"));
        await Assert.ThrowsAsync<AskTimeoutException>(() => system.ActorOf(Props.Empty).Ask<string>("hello"));
        await system.Terminate();
    }

    private static Config Read(string hocon) => ConfigurationFactory.ParseString(hocon);
}
