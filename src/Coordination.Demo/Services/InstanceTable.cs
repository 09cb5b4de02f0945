using System.Globalization;
using Coordination.Demo.Cli;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Coordination.Demo.Services;

/// <summary>The instances of a service as a table; live in a terminal.</summary>
internal static class InstanceTable
{
    private const int NotesShown = 8;

    public static Task ShowAsync(IAnsiConsole console, IServiceDiscovery discovery, CancellationToken stopping) =>
        console.Live(Draw(discovery.Current, [])).AutoClear(false).StartAsync(async live =>
        {
            var notes = new Queue<string>();
            var watch = new Lines(TextWriter.Null);
            await foreach (var news in ViewNews.FollowAsync(discovery, stopping).ConfigureAwait(false))
            {
                foreach (var line in news.Lines())
                {
                    notes.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,8:0.000}s  {line}"));
                    if (notes.Count > NotesShown)
                    {
                        notes.Dequeue();
                    }
                }

                live.UpdateTarget(Draw(news.View, notes));
            }
        });

    public static Rows Draw(ServiceView view, IEnumerable<string> notes)
    {
        var stale = view.IsStale ? ", STALE: etcd is away" : "";
        var table = new Table { Title = new TableTitle(Markup.Escape($"{view.Service}: {view.Instances.Length} instances at revision {view.Revision}{stale}")) }.RoundedBorder();
        table.AddColumns("Instance", "Address", "State", "Weight", "Zone", "Version", "Metadata", "Lease");
        table.Columns[0].NoWrap();
        table.Columns[1].NoWrap();
        table.Columns[2].NoWrap();
        table.Columns[3].RightAligned();
        foreach (var instance in view.Instances)
        {
            table.AddRow(
                Markup.Escape(instance.Id),
                Markup.Escape(Address(instance)),
                instance.State is InstanceState.Serving ? "[green]serving[/]" : $"[yellow]{ChangeText.Word(instance.State)}[/]",
                instance.Weight.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(instance.Zone ?? ""),
                Markup.Escape(instance.Version ?? ""),
                Markup.Escape(Metadata(instance)),
                instance.Lease.IsNone ? "[grey]none[/]" : instance.Lease.ToString());
        }

        return new Rows(
        [
            table,
            .. view.Rejected.Select(IRenderable (entry) => new Text($"set aside: {entry.Key}: {entry.Reason}")),
            .. notes.Select(IRenderable (note) => new Text(note)),
        ]);
    }

    public static string Address(ServiceInstance instance) => instance.Scheme is { } scheme ? $"{scheme}://{instance.Address}" : instance.Address;

    public static string Metadata(ServiceInstance instance) =>
        string.Join(", ", instance.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
}
