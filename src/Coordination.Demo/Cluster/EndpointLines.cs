using System.Globalization;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Etcd;
using Spectre.Console;

namespace Coordination.Demo.Cluster;

/// <summary>What the endpoint commands print: etcdctl's lines and JSON, or a table.</summary>
internal static class EndpointLines
{
    private static readonly string[] StatusColumns =
        ["ENDPOINT", "ID", "VERSION", "DB SIZE", "IS LEADER", "IS LEARNER", "RAFT TERM", "RAFT INDEX", "RAFT APPLIED INDEX", "ERRORS"];

    public static void Status(Terminal terminal, OutputForm form, IReadOnlyList<StatusAnswer> answers)
    {
        var known = answers.Where(answer => answer.IsGood).ToList();
        switch (form)
        {
            case OutputForm.Json:
                EtcdJson.WriteLine(terminal, json =>
                {
                    json.WriteStartArray();
                    known.ForEach(answer => Write(json, answer.Endpoint, answer.Status!));
                    json.WriteEndArray();
                });
                break;
            case OutputForm.Table:
                Table(terminal, StatusColumns, known.Select(answer => Row(answer.Endpoint, answer.Status!)));
                break;
            default:
                known.ForEach(answer => terminal.WriteLine(string.Join(", ", Row(answer.Endpoint, answer.Status!))));
                break;
        }
    }

    public static void Health(Terminal terminal, OutputForm form, IReadOnlyList<HealthAnswer> answers)
    {
        switch (form)
        {
            case OutputForm.Json:
                EtcdJson.WriteLine(terminal, json =>
                {
                    json.WriteStartArray();
                    foreach (var answer in answers)
                    {
                        json.WriteStartObject();
                        json.WriteString("endpoint", answer.Endpoint);
                        json.WriteBoolean("health", answer.IsGood);
                        json.WriteString("took", Took(answer));
                        if (answer.Problem is { } problem)
                        {
                            json.WriteString("error", problem);
                        }

                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
                break;
            case OutputForm.Table:
                Table(
                    terminal,
                    ["ENDPOINT", "HEALTH", "TOOK", "ERROR"],
                    answers.Select(answer => (string[])[answer.Endpoint, Word(answer.IsGood), Took(answer), answer.Problem ?? ""]));
                break;
            default:
                foreach (var answer in answers)
                {
                    terminal.WriteLine(answer.Problem is { } problem
                        ? $"{answer.Endpoint} is unhealthy: failed to commit proposal: {problem}"
                        : $"{answer.Endpoint} is healthy: successfully committed proposal: took = {Took(answer)}");
                }

                break;
        }
    }

    /// <summary>A size as etcdctl writes it: 20 kB, 1.2 MB.</summary>
    internal static string Size(long bytes)
    {
        if (bytes < 10)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        }

        string[] units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
        var unit = (int)Math.Floor(Math.Log(bytes, 1000));
        var value = Math.Floor((bytes / Math.Pow(1000, unit) * 10) + 0.5) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value, value < 10 ? 1 : 0, MidpointRounding.ToEven).ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} {units[unit]}");
    }

    private static string[] Row(string endpoint, EndpointStatus status) =>
    [
        endpoint,
        status.Header.MemberId.ToString("x", CultureInfo.InvariantCulture),
        status.Version,
        Size(status.DatabaseSize),
        Word(status.IsLeader),
        Word(status.IsLearner),
        status.Header.RaftTerm.ToString(CultureInfo.InvariantCulture),
        status.RaftIndex.ToString(CultureInfo.InvariantCulture),
        status.RaftAppliedIndex.ToString(CultureInfo.InvariantCulture),
        string.Join(", ", status.Errors),
    ];

    private static void Write(Utf8JsonWriter json, string endpoint, EndpointStatus status)
    {
        json.WriteStartObject();
        json.WriteString("Endpoint", endpoint);
        json.WriteStartObject("Status");
        json.Header(status.Header);
        json.WriteString("version", status.Version);
        json.WriteNumber("dbSize", status.DatabaseSize);
        json.NumberUnlessZero("leader", status.Leader);
        json.NumberUnlessZero("raftIndex", status.RaftIndex);
        json.NumberUnlessZero("raftTerm", status.Header.RaftTerm);
        json.NumberUnlessZero("raftAppliedIndex", status.RaftAppliedIndex);
        if (!status.Errors.IsEmpty)
        {
            json.WriteStartArray("errors");
            foreach (var error in status.Errors)
            {
                json.WriteStringValue(error);
            }

            json.WriteEndArray();
        }

        json.NumberUnlessZero("dbSizeInUse", (ulong)status.DatabaseSizeInUse);
        if (status.IsLearner)
        {
            json.WriteBoolean("isLearner", true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    internal static void Table(Terminal terminal, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().AsciiBorder().ShowRowSeparators();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        using var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });

        // As wide as it is: cut columns cannot be read or copied.
        console.Profile.Width = 1000;
        console.Write(table);
        terminal.Write(text.ToString());
    }

    internal static string Word(bool isSo) => isSo ? "true" : "false";

    private static string Took(HealthAnswer answer) => string.Create(CultureInfo.InvariantCulture, $"{answer.Took.TotalMilliseconds:0.######}ms");
}
