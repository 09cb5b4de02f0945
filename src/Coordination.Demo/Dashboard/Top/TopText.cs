using System.Globalization;
using Coordination.Demo.Dashboard.Model;

namespace Coordination.Demo.Dashboard.Top;

/// <summary>The overview as lines of text, for a terminal or a pipe.</summary>
internal static class TopText
{
    private const int MostNames = 3;

    /// <summary>All lines, each not longer than the width.</summary>
    /// <param name="overview">What there is.</param>
    /// <param name="filter">Words that must all be in a line, or in the line that it belongs to; empty: everything.</param>
    /// <param name="now">The time, for how long something has been held.</param>
    /// <param name="width">The longest line; what is longer ends in an ellipsis.</param>
    public static IReadOnlyList<string> Lines(Overview overview, string filter, DateTimeOffset now, int width = int.MaxValue)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<string> lines = [Head(overview)];
        Section(lines, "LOOK AT THIS", [["WHAT", "WHY"], .. overview.Problems.Select(problem => (string[])[$"{problem.Subject}", problem.Text])], [], isShownEmpty: false);
        Section(lines, "LOCKS", [["LOCK", "HOLDER", "TOKEN", "HELD FOR", "WAITING"], .. overview.Locks.Select(row => Lock(row, now))], words);
        Section(lines, "ELECTIONS", [["ELECTION", "LEADER", "TERM", "LEADS FOR", "BEHIND"], .. overview.Elections.Select(row => Election(row, now))], words);
        Section(lines, "INSTANCES OF SERVICES", [["SERVICE", "INSTANCE", "ADDRESS", "STATE", "WEIGHT", "ZONE"], .. overview.Services.SelectMany(row => Service(row, now))], words);
        Section(lines, "SESSIONS", [["LEASE", "OWNER", "LEFT", "CARRIES"], .. overview.Sessions.Select(Session)], words);
        return [.. lines.Select(line => line.Length <= width ? line : line[..Math.Max(0, width - 1)] + "…")];
    }

    private static string Head(Overview overview) => overview.Etcd switch
    {
        { IsConnected: true } etcd => $"etcd {etcd.Endpoints}, revision {etcd.Revision}",
        { Revision: 0 } etcd => $"etcd {etcd.Endpoints} has not answered yet{(etcd.Error is { } error ? $": {error}" : "")}",
        var etcd => $"etcd {etcd.Endpoints} IS AWAY; this is as of {etcd.StaleSince?.ToLocalTime():HH:mm:ss}, revision {etcd.Revision}: {etcd.Error}",
    };

    private static void Section(List<string> lines, string title, IReadOnlyList<string[]> rows, string[] words, bool isShownEmpty = true)
    {
        var header = rows[0];
        var shown = rows.Skip(1).Where(row => words.All(word => row.Any(cell => cell.Contains(word, StringComparison.OrdinalIgnoreCase)))).ToList();
        if (shown.Count == 0 && !isShownEmpty)
        {
            return;
        }

        lines.Add("");
        lines.Add($"{title} ({(shown.Count == rows.Count - 1 ? "" : $"{shown.Count.ToString(CultureInfo.InvariantCulture)} of ")}{(rows.Count - 1).ToString(CultureInfo.InvariantCulture)})");
        if (shown.Count == 0)
        {
            return;
        }

        shown.Insert(0, header);
        var widths = header.Select((_, column) => shown.Max(row => row[column].Length)).ToArray();
        lines.AddRange(shown.Select(row => ("  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))).TrimEnd()));
    }

    private static string[] Lock(LockRow row, DateTimeOffset now) =>
    [
        row.Kind == "lock" ? row.Name : $"{row.Name} ({row.Kind})",
        row.Holders.IsEmpty ? "free" : Names(row.Holders.Select(holder => holder.Mode is null ? holder.Owner : $"{holder.Owner} [{holder.Mode}]")),
        row.Holders.IsEmpty ? "" : row.Holders[0].Token.ToString(CultureInfo.InvariantCulture),
        row.Holders is [{ Since: { } since }, ..] ? Span(now - since) : "",
        row.Waiters.IsEmpty ? "" : $"{row.Waiters.Length.ToString(CultureInfo.InvariantCulture)}: {Names(row.Waiters.Select(waiter => waiter.Owner))}",
    ];

    private static string[] Election(ElectionRow row, DateTimeOffset now) =>
    [
        row.Name,
        row.Candidates[0].Value,
        row.Candidates[0].Term.ToString(CultureInfo.InvariantCulture),
        row.LeadsSince is { } since ? Span(now - since) : "",
        row.Candidates.Length == 1 ? "" : $"{(row.Candidates.Length - 1).ToString(CultureInfo.InvariantCulture)}: {Names(row.Candidates.Skip(1).Select(candidate => candidate.Value))}",
    ];

    private static IEnumerable<string[]> Service(ServiceRow row, DateTimeOffset now) =>
    [
        .. row.Instances.Select(i => (string[])[row.Name, i.Id, i.Address, i.State, i.Weight.ToString(CultureInfo.InvariantCulture), i.Zone ?? ""]),
        .. row.SetAside.Select(entry => (string[])[row.Name, entry.Key, "", "set aside", "", ""]),
        .. row.Gone.Select(i => (string[])[row.Name, i.Id, i.Address, $"gone {Span(now - i.At)} ago", "", ""]),
    ];

    private static string[] Session(SessionRow row) =>
    [
        row.Lease,
        row.Owner ?? "",
        row is { RemainingSeconds: { } left, TtlSeconds: { } ttl } ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, left):0} of {ttl:0} s") : "",
        Names(row.Carries),
    ];

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(MostNames)) + (all.Count > MostNames ? $" and {all.Count - MostNames} more" : "");
    }

    private static string Span(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } => $"{time.Seconds} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days} d {time.Hours} h",
    };
}
