namespace Coordination.Demo.Holding;

/// <summary>Writes what happens around a command, in the form that was asked for, to where it was asked for.</summary>
/// <param name="writer">The standard error, or the file of <c>--report</c>; null: nowhere.</param>
/// <param name="isJson">As JSON, else as text.</param>
/// <param name="subject">Says what it is about.</param>
internal sealed class HoldReporter(TextWriter? writer, bool isJson, Func<HoldReport, HoldReport> subject)
{
    private readonly Lock _lock = new();

    public void Say(string happened, Func<HoldReport, HoldReport>? with = null) => Print(writer, happened, with);

    /// <summary>A result: for the standard output, which no command has.</summary>
    public void Print(TextWriter? output, string happened, Func<HoldReport, HoldReport>? with = null)
    {
        if (output is null)
        {
            return;
        }

        var report = subject(HoldReport.Now(happened));
        report = with?.Invoke(report) ?? report;
        lock (_lock)
        {
            output.WriteLine(isJson ? report.ToJson() : report.ToString());
            output.Flush();
        }
    }
}
