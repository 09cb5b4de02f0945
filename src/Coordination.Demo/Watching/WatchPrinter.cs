using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Demo.Kv;
using Coordination.Etcd;

namespace Coordination.Demo.Watching;

/// <summary>Prints what several watches tell, whole events, and runs a command for each if there is one.</summary>
internal sealed class WatchPrinter(Terminal terminal, OutputForm form, ImmutableArray<string> command) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public async Task PrintAsync(KeyRange keys, WatchEvent told, CancellationToken stopping)
    {
        await _turn.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            switch (told)
            {
                case WatchEvent.Changed changed:
                    await EventsAsync(changed.Revision, changed.Events, stopping).ConfigureAwait(false);
                    break;
                case WatchEvent.Resynced resynced:
                    terminal.Say($"the history of {keys} was cut ({resynced.Reason}); what follows is the difference, up to revision {resynced.Revision}");
                    await EventsAsync(resynced.Revision, resynced.Difference, stopping).ConfigureAwait(false);
                    break;
                case WatchEvent.Conflated conflated:
                    terminal.Say($"this output is too slow: {conflated.Replaced} events of {keys} are conflated, to the latest of each key at revision {conflated.Revision}");
                    await EventsAsync(conflated.Revision, conflated.Events, stopping).ConfigureAwait(false);
                    break;
                case WatchEvent.Snapshot begun:
                    terminal.Say($"watching {keys} after revision {begun.Revision}");
                    break;
                case WatchEvent.Started begun:
                    terminal.Say($"watching {keys} after revision {begun.Revision}");
                    break;
                case WatchEvent.Interrupted away:
                    terminal.Say($"etcd is away, {keys} is watched again when it is back: {away.Error.Message}");
                    break;
                case WatchEvent.Resumed back:
                    terminal.Say($"{keys} is watched again, without a gap, at revision {back.Revision}");
                    break;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>A key or value in the environment of a command: in quotes, as etcdctl does it.</summary>
    internal static string Quoted(Bytes bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var part in bytes.ToText())
        {
            text.Append(part switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)part:x2}"),
                _ => part.ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    private async Task EventsAsync(Revision revision, ImmutableArray<EtcdEvent> events, CancellationToken stopping)
    {
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json => Write(json, revision, events));
            terminal.Flush();
        }

        foreach (var change in events)
        {
            if (form != OutputForm.Json)
            {
                terminal.WriteLine(change.IsDelete ? "DELETE" : "PUT");
                ResultText.Write(terminal, change.Previous is { } before ? [before, change.Current] : [change.Current]);
                terminal.Flush();
            }

            if (!command.IsEmpty)
            {
                await ExecuteAsync(change, stopping).ConfigureAwait(false);
            }
        }
    }

    private static void Write(Utf8JsonWriter json, Revision revision, ImmutableArray<EtcdEvent> events)
    {
        json.WriteStartObject();
        json.Header(new EtcdHeader(0, 0, revision, 0), "Header");
        json.WriteStartArray("Events");
        foreach (var change in events)
        {
            json.WriteStartObject();
            json.NumberUnlessZero("type", change.IsDelete ? 1UL : 0);
            json.KeyValue(change.Current, "kv");
            if (change.Previous is { } before)
            {
                json.KeyValue(before, "prev_kv");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task ExecuteAsync(EtcdEvent change, CancellationToken stopping)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false };
        start.Environment["ETCD_WATCH_REVISION"] = change.Current.ModRevision.ToString();
        start.Environment["ETCD_WATCH_EVENT_TYPE"] = $"\"{(change.IsDelete ? "DELETE" : "PUT")}\"";
        start.Environment["ETCD_WATCH_KEY"] = Quoted(change.Current.Key);
        start.Environment["ETCD_WATCH_VALUE"] = Quoted(change.Current.Value);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(stopping).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            terminal.Say($"the command '{command[0]}' ended with exit code {process.ExitCode} for {change.Current.Key} at revision {change.Current.ModRevision}");
        }
    }
}
