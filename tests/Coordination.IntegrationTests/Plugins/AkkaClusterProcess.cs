using System.Globalization;
using System.Text.RegularExpressions;
using Coordination.IntegrationTests.Samples;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>A node of the sample AkkaCluster, as a process.</summary>
internal sealed partial class AkkaClusterProcess : IDisposable
{
    private readonly SampleProcess _process;

    public AkkaClusterProcess(Uri etcd) => _process = new SampleProcess(
        "AkkaCluster",
        "--Coordination:Embedded=false",
        $"--Coordination:Etcd:Endpoints={etcd.GetLeftPart(UriPartial.Authority)}",
        "--Lease:HeartbeatTimeout=00:00:03",
        "--Report:Period=00:00:00.050",
        "--Logging:Console:FormatterName=simple",
        "--Logging:Console:FormatterOptions:SingleLine=true",
        "--Akka:cluster:split-brain-resolver:stable-after=3s",
        "--Akka:cluster:failure-detector:acceptable-heartbeat-pause=4s");

    public int Id => _process.Id;

    public string Output => _process.Output;

    /// <summary>When it reported, by the clock that all processes of a machine share.</summary>
    public IReadOnlyList<(long At, bool Held)> Reports =>
        [.. ReportLine().Matches(Output).Select(line => (long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture), bool.Parse(line.Groups[2].Value)))];

    public int Count(string text) => Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    public Task<string> PrintedAsync(string text) => _process.PrintedAsync(text);

    /// <summary>Until it reports after now.</summary>
    public Task ReportedAsync()
    {
        var now = TimeProvider.System.GetTimestamp();
        return Until.SoAsync(() => Reports is [.., var last] && last.At > now, () => Output);
    }

    public void Send(int signal) => Signals.Send(_process.Id, signal);

    public Task<int> EndAsync() => _process.EndAsync();

    public void Dispose() => _process.Dispose();

    [GeneratedRegex(@"Reporting at (\d+), lease held: (True|False)")]
    private static partial Regex ReportLine();
}
