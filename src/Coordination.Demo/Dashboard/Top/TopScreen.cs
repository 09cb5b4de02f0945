using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Dashboard.Model;

namespace Coordination.Demo.Dashboard.Top;

/// <summary>The overview in a terminal: drawn over itself, on the terminal's second screen, so that nothing is left behind.</summary>
internal sealed class TopScreen(Terminal terminal, string filter) : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private bool _isOpen;

    public void Draw(Overview overview, DateTimeOffset now, int width, int height)
    {
        var lines = TopText.Lines(overview, filter, now, Math.Max(20, width));
        var text = new StringBuilder(_isOpen ? Home : Enter + Home);
        _isOpen = true;
        var fits = Math.Max(1, height - 1);
        var shown = lines.Count <= fits ? lines : lines.Take(fits - 1).Append($"… {lines.Count - fits + 1} more lines: make the window taller, or use --filter");
        foreach (var line in shown)
        {
            // What a key or a value holds must not steer the terminal.
            text.Append(Printable(line)).Append(ClearLine).Append("\r\n");
        }

        terminal.Write(Coordination.Etcd.Bytes.FromText(text.Append(ClearBelow).ToString()));
        terminal.Flush();
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            terminal.Write(Coordination.Etcd.Bytes.FromText(Leave));
            terminal.Flush();
        }
    }

    private static string Printable(string line) => line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : line;
}
