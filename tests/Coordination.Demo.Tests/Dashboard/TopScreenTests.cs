using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Dashboard.Top;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>What <c>top</c> does to a terminal.</summary>
public sealed class TopScreenTests : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly Terminal _terminal;
    private readonly TopScreen _screen;

    public TopScreenTests()
    {
        _terminal = new Terminal(Stream.Null, _output, TextWriter.Null);
        _screen = new TopScreen(_terminal, "");
    }

    [Fact]
    public void It_draws_on_the_second_screen_leaves_it_at_the_end_and_names_cannot_steer_the_terminal()
    {
        _screen.Draw(Keys.Read(Keys.Lock("/a\u001b[2J", "me", 10, 1)), DateTimeOffset.UnixEpoch, width: 80, height: 40);
        _screen.Dispose();

        var drawn = Encoding.UTF8.GetString(_output.ToArray());
        Assert.StartsWith("\u001b[?1049h", drawn, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?1049l", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_counted_and_can_be_scrolled_to()
    {
        var first = Shown();
        Assert.Contains("/10", first, StringComparison.Ordinal);
        Assert.Contains("… lines 1 to 7 of ", first, StringComparison.Ordinal);

        Assert.Contains("… lines 2 to 8 of ", Shown(ConsoleKey.DownArrow), StringComparison.Ordinal);
        Assert.Contains("… lines 1 to 7 of ", Shown(ConsoleKey.UpArrow), StringComparison.Ordinal);
        Assert.Contains("… lines 8 to 14 of ", Shown(ConsoleKey.PageDown), StringComparison.Ordinal);
        Assert.DoesNotContain("etcd 127.0.0.1:2379, revision 9\u001b[K\r\n… lines", Shown(ConsoleKey.End), StringComparison.Ordinal);
        Assert.Contains("… lines 1 to 7 of ", Shown(ConsoleKey.UpArrow, ConsoleKey.Home), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConsoleKey.Q, false)]
    [InlineData(ConsoleKey.Escape, false)]
    [InlineData(ConsoleKey.X, true)]
    public void Some_keys_end_it(ConsoleKey key, bool goesOn) => Assert.Equal(goesOn, _screen.Handle(key));

    public void Dispose()
    {
        _screen.Dispose();
        _terminal.Dispose();
        _output.Dispose();
    }

    /// <summary>What is drawn after these keys.</summary>
    private string Shown(params ConsoleKey[] keys)
    {
        Assert.All(keys, key => Assert.True(_screen.Handle(key)));
        _output.SetLength(0);
        _screen.Draw(Keys.Read([.. Enumerable.Range(10, 30).Select(n => Keys.Lock($"/{n}", "me", n, n))]), DateTimeOffset.UnixEpoch, width: 80, height: 10);
        return Encoding.UTF8.GetString(_output.ToArray());
    }
}
