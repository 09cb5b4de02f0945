using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Dashboard.Model;

namespace Coordination.Demo.Dashboard.Top;

/// <summary>The overview in a terminal: drawn over itself, on the terminal's second screen, so that nothing is left behind. Thread-safe.</summary>
internal sealed class TopScreen(Terminal terminal, string filter) : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private readonly Lock _lock = new();
    private bool _isOpen;
    private int _first;
    private int _page = 1;

    /// <summary>Scrolls. What is beyond the end is put right when it is drawn.</summary>
    /// <returns>False: whoever looks has had enough.</returns>
    public bool Handle(ConsoleKey key)
    {
        lock (_lock)
        {
            _first = key switch
            {
                ConsoleKey.DownArrow or ConsoleKey.J => _first + 1,
                ConsoleKey.UpArrow or ConsoleKey.K => _first - 1,
                ConsoleKey.PageDown or ConsoleKey.Spacebar => _first + _page,
                ConsoleKey.PageUp => _first - _page,
                ConsoleKey.Home => 0,
                ConsoleKey.End => int.MaxValue / 2,
                _ => _first,
            };
        }

        return key is not (ConsoleKey.Q or ConsoleKey.Escape);
    }

    public void Draw(Overview overview, DateTimeOffset now, int width, int height)
    {
        lock (_lock)
        {
            var lines = TopText.Lines(overview, filter, now, Math.Max(20, width));
            var text = new StringBuilder(_isOpen ? Home : Enter + Home);
            _isOpen = true;
            foreach (var line in Visible(lines, Math.Max(3, height - 1)))
            {
                // What a key or a value holds must not steer the terminal.
                text.Append(Printable(line)).Append(ClearLine).Append("\r\n");
            }

            terminal.Write(Coordination.Etcd.Bytes.FromText(text.Append(ClearBelow).ToString()));
            terminal.Flush();
        }
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            terminal.Write(Coordination.Etcd.Bytes.FromText(Leave));
            terminal.Flush();
        }
    }

    // The first line stays; of the others what fits, and below it how much does not.
    private IEnumerable<string> Visible(IReadOnlyList<string> lines, int fits)
    {
        if (lines.Count <= fits)
        {
            _first = 0;
            return lines;
        }

        _page = fits - 2;
        var below = lines.Count - 1;
        _first = Math.Clamp(_first, 0, below - _page);
        return [lines[0], .. lines.Skip(1 + _first).Take(_page), $"… lines {_first + 1} to {_first + _page} of {below}: the arrows scroll, --filter leaves some out"];
    }

    private static string Printable(string line) => line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : line;
}
