using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Coordination.Demo.Cron.View;

/// <summary>A table that changes in place, and the last things worth telling under it: for a terminal.</summary>
internal sealed class TableView(IAnsiConsole console, string title) : IRunView
{
    private const int NotesShown = 8;

    private readonly Queue<string> _notes = new();
    private Board? _board;
    private LiveDisplayContext? _live;

    public Task ShowAsync(Board board, Func<Task> run)
    {
        _board = board;
        return console.Live(Draw(board)).AutoClear(false).StartAsync(async live =>
        {
            _live = live;
            await run().ConfigureAwait(false);
            Refresh();
        });
    }

    public void Note(TimeSpan at, string text)
    {
        _notes.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,7:0.0}s  {text}"));
        if (_notes.Count > NotesShown)
        {
            _notes.Dequeue();
        }
    }

    public void Refresh()
    {
        if (_board is { } board)
        {
            _live?.UpdateTarget(Draw(board));
        }
    }

    private Rows Draw(Board board)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)) }.RoundedBorder();
        table.AddColumns("Job", "Holder", "Token", "Waiters", "Runs", "Last run by", "Hand-over");
        foreach (var column in (int[])[2, 3, 4, 6])
        {
            table.Columns[column].RightAligned();
        }

        foreach (var job in board.Jobs)
        {
            table.AddRow(
                job.Name,
                job.Orphaned is { } orphan ? $"[red]{Markup.Escape(orphan.Worker)} (killed)[/]" : job.Holder is { } holder ? $"[green]{Markup.Escape(holder)}[/]" : "[grey]free[/]",
                job.Token == 0 ? "" : job.Token.ToString(CultureInfo.InvariantCulture),
                job.Waiters.Count.ToString(CultureInfo.InvariantCulture),
                job.Runs.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(job.LastRunBy ?? ""),
                job.LastHandover is { } handover ? string.Create(CultureInfo.InvariantCulture, $"{handover.TotalMilliseconds:0.00} ms") : "");
        }

        return new Rows([table, .. _notes.Select(IRenderable (note) => new Text(note))]);
    }
}
