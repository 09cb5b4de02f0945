namespace Coordination.Actors.Tests.Configuration;

public sealed class HoconSyntaxTests
{
    [Theory]
    [InlineData("a = 1")]
    [InlineData("a : 1")]
    [InlineData("{ a = 1 }")]
    [InlineData("{\"a\": \"1\"}")]
    [InlineData("a=1 # comment")]
    [InlineData("a=1 // comment")]
    [InlineData("# comment\n// comment\na = 1\n# end")]
    [InlineData("\r\n a = 1 \r\n")]
    [InlineData("\uFEFFa = 1")]
    [InlineData("b = 0, a = 1,")]
    [InlineData("a = 0\na = 1")]
    [InlineData("a =\n 1")]
    public void One_setting_written_in_many_ways(string hocon) => Assert.Equal("1", Read(hocon).GetString("a"));

    [Theory]
    [InlineData("a.b.c = x")]
    [InlineData("a { b { c = x } }")]
    [InlineData("a.b { c : x }")]
    [InlineData("a { b.c = x }")]
    [InlineData("a = { b = { c = x } }")]
    [InlineData("\"a\".b.\"c\" = x")]
    [InlineData("a . b . c = x")]
    public void Paths_and_objects_are_the_same(string hocon) => Assert.Equal("x", Read(hocon).GetString("a.b.c"));

    [Fact]
    public void A_quoted_key_may_hold_dots()
    {
        var config = Read("a.\"b.c\".d = x");
        Assert.Equal("x", config.GetString("a.\"b.c\".d"));
        Assert.False(config.HasPath("a.b.c.d"));
    }

    [Fact]
    public void Objects_are_merged_and_other_values_replaced()
    {
        var config = Read("a { x = 1, y = 2 }\na { y = 3, z = 4 }\nb = { c = 1 }\nb = 5\nb = { d = 2 }");
        Assert.Equal(1, config.GetInt("a.x"));
        Assert.Equal(3, config.GetInt("a.y"));
        Assert.Equal(4, config.GetInt("a.z"));
        Assert.False(config.HasPath("b.c"));
        Assert.Equal(2, config.GetInt("b.d"));
    }

    [Fact]
    public void Lists_are_separated_by_commas_or_new_lines()
    {
        Assert.Equal(["a", "b", "c"], Read("l = [a, b, c]").GetStringList("l"));
        Assert.Equal(["a", "b", "c"], Read("l = [\n a\n b\n c,\n]").GetStringList("l"));
        Assert.Equal([1, 2], Read("l = [1] [2]").GetIntList("l"));
        Assert.Empty(Read("l = []").GetStringList("l"));
    }

    [Fact]
    public void Lists_may_hold_objects_and_lists()
    {
        var items = Read("l = [{ a = 1 }, [2, 3]]").GetValue("l")!.GetArray();
        Assert.Equal(1, items[0].GetChildObject("a")!.GetInt());
        Assert.Equal([2, 3], items[1].GetIntList());
    }

    [Fact]
    public void Plus_equals_appends_to_a_list()
    {
        Assert.Equal(["a", "b", "c"], Read("l = [a]\nl += b\nl += c").GetStringList("l"));
        Assert.Equal(["a"], Read("x.l += a").GetStringList("x.l"));
    }

    [Fact]
    public void Words_are_joined_with_the_space_between_them()
    {
        Assert.Equal("a quick  brown fox", Read("s = a quick  brown fox   # jumps").GetString("s"));
        Assert.Equal("a \"b\" c", Read("s = a \"\\\"b\\\"\" c").GetString("s"));
    }

    [Fact]
    public void Quoted_texts_have_escapes()
    {
        Assert.Equal("tab\t quote\" back\\ new\n A /", Read("s = \"tab\\t quote\\\" back\\\\ new\\n \\u0041 \\/\"").GetString("s"));
        Assert.Equal("# no comment // either", Read("s = \"# no comment // either\"").GetString("s"));
    }

    [Fact]
    public void Texts_in_three_quotes_go_over_lines_and_have_no_escapes()
    {
        Assert.Equal("line 1\n  \\line \"2\"", Read("s = \"\"\"line 1\n  \\line \"2\"\"\"\"").GetString("s"));
    }

    [Fact]
    public void Null_is_no_value()
    {
        var config = Read("a = null, b = \"null\"");
        Assert.False(config.HasPath("a"));
        Assert.Null(config.GetString("a"));
        Assert.Equal("null", config.GetString("b"));
    }

    [Theory]
    [InlineData("a = ", 1, 5)]
    [InlineData("a = 1\nb = \"open\nc = 2", 2, 10)]
    [InlineData("a {\n  b = 1\n", 3, 1)]
    [InlineData("a = [1, 2\nb = 3", 2, 3)]
    [InlineData("a = 1 }", 1, 7)]
    [InlineData("\n\n  = 5", 3, 3)]
    [InlineData("a = b:c", 1, 6)]
    [InlineData("a = \"\\x\"", 1, 8)]
    [InlineData("just a word", 1, 12)]
    [InlineData("a = ${b", 1, 8)]
    [InlineData("a = 1\n b = ${missing}", 2, 6)]
    [InlineData("a = x [1]", 1, 7)]
    [InlineData("include \"x\"", 1, 1)]
    public void An_error_names_line_and_column(string hocon, int line, int column)
    {
        var error = Assert.Throws<HoconSyntaxException>(() => Read(hocon));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.StartsWith($"line {line}, column {column}: ", error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<ConfigurationException>(error);
    }

    [Fact]
    public void A_text_that_is_nested_too_deep_is_refused()
    {
        Assert.Throws<HoconSyntaxException>(() => Read(string.Concat(Enumerable.Repeat("a = [", 10_000))));
        Assert.Throws<HoconSyntaxException>(() => Read(string.Concat(Enumerable.Repeat("a {", 10_000))));
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var config = Read("a { b = \"x \\\" y\\n\", c = [1, { d = e }] }\n\"f.g\" = null\nh = \"\"");
        var again = Read(config.ToString());
        Assert.Equal(config.ToString(), again.ToString());
        Assert.Equal("x \" y\n", again.GetString("a.b"));
        Assert.Equal("", again.GetString("h"));
    }

    private static Config Read(string hocon) => ConfigurationFactory.ParseString(hocon);
}
