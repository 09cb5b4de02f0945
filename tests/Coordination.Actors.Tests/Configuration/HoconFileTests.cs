namespace Coordination.Actors.Tests.Configuration;

public sealed class HoconFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hocon-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Files_include_files_relative_to_themselves()
    {
        Write("main.conf", "include \"sub/first.conf\"\nb = 2");
        Write("sub/first.conf", "a = 1, b = 1\ninclude file(\"second\")");
        Write("sub/second.conf", "c = 3");
        var config = HoconFile.Parse(Path.Combine(_directory, "main.conf"));
        Assert.Equal([1, 2, 3], new[] { "a", "b", "c" }.Select(path => config.GetInt(path)));
    }

    [Fact]
    public void An_included_substitution_looks_near_first_and_then_at_the_top()
    {
        Write("main.conf", "top = t\nx { include \"inner.conf\" }");
        Write("inner.conf", "own = o\na = ${own}\nb = ${top}");
        var config = HoconFile.Parse(Path.Combine(_directory, "main.conf"));
        Assert.Equal("o", config.GetString("x.a"));
        Assert.Equal("t", config.GetString("x.b"));
    }

    [Fact]
    public void A_missing_include_is_left_out_unless_it_is_required()
    {
        Write("main.conf", "include \"missing.conf\"\na = 1");
        Assert.Equal(1, HoconFile.Parse(Path.Combine(_directory, "main.conf")).GetInt("a"));
        Write("main.conf", "a = 1\ninclude required(file(\"missing.conf\"))");
        Assert.Equal(2, Assert.Throws<HoconSyntaxException>(() => HoconFile.Parse(Path.Combine(_directory, "main.conf"))).Line);
    }

    [Fact]
    public void An_error_names_the_file()
    {
        Write("main.conf", "include \"broken.conf\"");
        Write("broken.conf", "a = 1\nb = [");
        var error = Assert.Throws<HoconSyntaxException>(() => HoconFile.Parse(Path.Combine(_directory, "main.conf")));
        Assert.EndsWith("broken.conf", error.SourceName, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        Write("main.conf", "include \"main.conf\"");
        Assert.Throws<HoconSyntaxException>(() => HoconFile.Parse(Path.Combine(_directory, "main.conf")));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
