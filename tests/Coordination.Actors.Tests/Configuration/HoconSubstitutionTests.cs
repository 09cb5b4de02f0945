namespace Coordination.Actors.Tests.Configuration;

public sealed class HoconSubstitutionTests
{
    [Theory]
    [InlineData("a = 1, b = ${a}", "1")]
    [InlineData("b = ${a}, a = 1", "1")]
    [InlineData("a.x = 1, b = ${a.x}", "1")]
    [InlineData("a = 1, b = ${a}${a} and ${a}", "11 and 1")]
    [InlineData("a = 1, b = \"${a}\"", "${a}")]
    [InlineData("b = x ${?missing}", "x")]
    [InlineData("a = 1, a = 2, b = ${a}", "2")]
    [InlineData("c = ${a}, a = 1, b = ${c}", "1")]
    public void A_substitution_stands_for_the_value_at_a_path(string hocon, string expected) => Assert.Equal(expected, Read(hocon).GetString("b"));

    [Fact]
    public void An_optional_substitution_of_nothing_leaves_the_setting_out()
    {
        Assert.False(Read("a = ${?missing}").HasPath("a"));
        Assert.Equal("1", Read("a = 1\na = ${?missing}").GetString("a"));
        Assert.Equal(["x"], Read("a = [x, ${?missing}]").GetStringList("a"));
    }

    [Fact]
    public void Objects_are_substituted_and_merged()
    {
        var config = Read("base { ttl = 10, name = x }\nmine = ${base} { name = y }\nmine.more = z");
        Assert.Equal(10, config.GetInt("mine.ttl"));
        Assert.Equal("y", config.GetString("mine.name"));
        Assert.Equal("z", config.GetString("mine.more"));
        Assert.Equal("x", config.GetString("base.name"));
    }

    [Fact]
    public void A_substitution_looks_through_substituted_objects()
    {
        Assert.Equal("1", Read("a = { x = 1 }, b = ${a}, c = ${b.x}").GetString("c"));
    }

    [Fact]
    public void Lists_are_substituted_and_appended() =>
        Assert.Equal(["a", "b", "c"], Read("l = [a, b]\nm = ${l} [c]").GetStringList("m"));

    [Fact]
    public void A_setting_that_refers_to_itself_sees_what_it_was_before()
    {
        Assert.Equal("/bin:/usr", Read("path = /bin\npath = ${path}\":/usr\"").GetString("path"));
        Assert.Equal("1", Read("a = { b = 1, c = ${a.b} }").GetString("a.c"));
    }

    [Theory]
    [InlineData("a = ${a}")]
    [InlineData("a = ${b}, b = ${a}")]
    [InlineData("a = ${b}x, b = ${c}y, c = ${a}z")]
    public void A_circle_is_an_error(string hocon) => Assert.Throws<HoconSyntaxException>(() => Read(hocon));

    [Fact]
    public void What_is_no_setting_may_be_an_environment_variable()
    {
        Environment.SetEnvironmentVariable("HOCON_TEST_VARIABLE", "from outside");
        Assert.Equal("from outside", Read("a = ${HOCON_TEST_VARIABLE}").GetString("a"));
        Assert.Equal("from outside", Read("a = mine\na = ${?HOCON_TEST_VARIABLE}").GetString("a"));
        Assert.Equal("mine", Read("a = mine\na = ${?HOCON_TEST_NO_VARIABLE}").GetString("a"));
        Assert.Equal("setting", Read("HOCON_TEST_VARIABLE = setting, a = ${HOCON_TEST_VARIABLE}").GetString("a"));
    }

    [Fact]
    public void A_callback_includes()
    {
        var config = ConfigurationFactory.ParseString(
            "x { include \"other\"\n b = 2 }", name => new HoconRoot(ConfigurationFactory.ParseString($"a = {name}, b = 1").Root));
        Assert.Equal("other", config.GetString("x.a"));
        Assert.Equal(2, config.GetInt("x.b"));
    }

    private static Config Read(string hocon) => ConfigurationFactory.ParseString(hocon);
}
