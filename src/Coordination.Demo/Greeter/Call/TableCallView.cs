using System.Globalization;
using Coordination.Demo.Services;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Coordination.Demo.Greeter.Call;

/// <summary>A table that changes in place, and the last things worth telling under it: for a terminal.</summary>
internal sealed class TableCallView(IAnsiConsole console, string title) : ICallView
{
    private const int NotesShown = 8;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Queue<string> _notes = new();
    private string _last = "";

    public Task ShowAsync(CallBoard board, Func<Task> run) =>
        console.Live(Draw(board)).AutoClear(false).StartAsync(async live =>
        {
            var running = run();
            while (await Task.WhenAny(running, Task.Delay(RefreshInterval, TimeProvider.System)).ConfigureAwait(false) != running)
            {
                live.UpdateTarget(Draw(board));
            }

            live.UpdateTarget(Draw(board));
            await running.ConfigureAwait(false);
        });

    public void Called(CallReport call)
    {
        lock (_lock)
        {
            _last = call.ToString();
            if (call.Reply is null || call.Attempts.Count > 1)
            {
                Note(call.At, _last);
            }
        }
    }

    public void Changed(TimeSpan at, string text)
    {
        lock (_lock)
        {
            Note(at, text);
        }
    }

    public void End(CallSummary summary)
    {
        foreach (var line in summary.Lines())
        {
            console.WriteLine(line);
        }
    }

    private void Note(TimeSpan at, string text)
    {
        _notes.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,8:0.000}s  {text}"));
        if (_notes.Count > NotesShown)
        {
            _notes.Dequeue();
        }
    }

    private Rows Draw(CallBoard board)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)) }.RoundedBorder();
        table.AddColumns("Instance", "State", "Zone", "Weight", "Calls", "Share", "Last", "Failed attempts");
        foreach (var column in (int[])[3, 4, 5, 6, 7])
        {
            table.Columns[column].RightAligned();
        }

        var rows = board.Rows();
        var all = Math.Max(1, rows.Sum(row => row.Calls));
        foreach (var row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Id),
                State(row.Instance),
                Markup.Escape(row.Instance?.Zone ?? ""),
                row.Instance?.Weight.ToString(CultureInfo.InvariantCulture) ?? "",
                row.Calls.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{100.0 * row.Calls / all:0.0} %"),
                row.LastMilliseconds is { } last ? string.Create(CultureInfo.InvariantCulture, $"{last:0.00} ms") : "",
                row.FailedAttempts == 0 ? "" : row.FailedAttempts.ToString(CultureInfo.InvariantCulture));
        }

        lock (_lock)
        {
            return new Rows(
            [
                table,
                new Text(board.IsStale ? "etcd is away: the last view is used" : _last),
                .. _notes.Select(IRenderable (note) => new Text(note)),
            ]);
        }
    }

    private static string State(ServiceInstance? instance) => instance?.State switch
    {
        null => "[grey]gone[/]",
        InstanceState.Serving => "[green]serving[/]",
        { } state => $"[yellow]{ChangeText.Word(state)}[/]",
    };
}
