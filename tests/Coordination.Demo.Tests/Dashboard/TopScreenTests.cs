using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Dashboard.Top;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>What <c>top</c> does to a terminal.</summary>
public sealed class TopScreenTests
{
    [Fact]
    public void It_draws_on_the_second_screen_leaves_it_at_the_end_and_names_cannot_steer_the_terminal()
    {
        using var output = new MemoryStream();
        using var terminal = new Terminal(Stream.Null, output, TextWriter.Null);
        using (var screen = new TopScreen(terminal, ""))
        {
            screen.Draw(Keys.Read(Keys.Lock("/a\u001b[2J", "me", 10, 1)), DateTimeOffset.UnixEpoch, width: 80, height: 40);
        }

        var drawn = Encoding.UTF8.GetString(output.ToArray());
        Assert.StartsWith("\u001b[?1049h", drawn, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?1049l", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        using var output = new MemoryStream();
        using var terminal = new Terminal(Stream.Null, output, TextWriter.Null);
        using var screen = new TopScreen(terminal, "");

        screen.Draw(Keys.Read([.. Enumerable.Range(10, 30).Select(n => Keys.Lock($"/{n}", "me", n, n))]), DateTimeOffset.UnixEpoch, width: 80, height: 10);

        Assert.Contains("more lines: make the window taller", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }
}
