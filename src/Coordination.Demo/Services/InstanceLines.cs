using System.Globalization;

namespace Coordination.Demo.Services;

/// <summary>The instances of a service, one a line, in columns that a tool can cut.</summary>
internal static class InstanceLines
{
    public static void Write(ServiceView view, TextWriter output)
    {
        List<string[]> rows = [["INSTANCE", "ADDRESS", "STATE", "WEIGHT", "ZONE", "VERSION", "LEASE", "METADATA"]];
        rows.AddRange(view.Instances.Select(instance => (string[])
        [
            instance.Id, InstanceTable.Address(instance), ChangeText.Word(instance.State), instance.Weight.ToString(CultureInfo.InvariantCulture),
            instance.Zone ?? "-", instance.Version ?? "-", instance.Lease.IsNone ? "-" : instance.Lease.ToString(), InstanceTable.Metadata(instance),
        ]));
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        foreach (var entry in view.Rejected)
        {
            output.WriteLine($"set aside: {entry.Key}: {entry.Reason}");
        }
    }
}
