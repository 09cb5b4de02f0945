using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coordination.Demo.Tests.Cluster;

/// <summary>build/three-nodes.sh, and what the endpoint commands say about its nodes.</summary>
public sealed class ThreeNodesTests
{
    [Fact]
    public async Task Three_nodes_serve_are_shown_and_are_gone_with_their_data_after_an_interrupt()
    {
        var ports = FreePorts(6);
        var start = new ProcessStartInfo("setsid", [Path.Combine(DocsPages.Repository, "build", "three-nodes.sh"), .. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))])
        {
            RedirectStandardOutput = true,
        };
        using var script = Process.Start(start)!;
        var data = "";
        for (var line = ""; !line.StartsWith("export ", StringComparison.Ordinal);)
        {
            line = await script.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("three-nodes.sh ended early");
            data = line.Contains(" log ", StringComparison.Ordinal) ? Path.GetDirectoryName(line[(line.IndexOf(" log ", StringComparison.Ordinal) + 5)..])! : data;
        }

        var endpoints = $"127.0.0.1:{ports[0]},127.0.0.1:{ports[2]},127.0.0.1:{ports[4]}";
        var environment = new Dictionary<string, string> { ["ETCDCTL_ENDPOINTS"] = endpoints };
        var status = await ToolRun.RunAsync(environment, "", "endpoint", "status", "-w", "table");
        var health = await ToolRun.RunAsync(environment, "", "endpoint", "health");
        environment["ETCDCTL_ENDPOINTS"] = $"127.0.0.1:1,{endpoints}";
        var sick = await ToolRun.RunAsync(environment, "", "endpoint", "health", "--json");
        Signals.Send(script.Id, Signals.Interrupt);
        await script.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(0, status.ExitCode);
        Assert.Equal(1, status.Output.Split("| true ").Length - 1);
        Assert.Equal(3, status.Output.Split("| 3.").Length - 1);
        Assert.Equal((0, 3), (health.ExitCode, health.Output.Split("is healthy").Length - 1));
        Assert.Equal(3, sick.ExitCode);
        Assert.Contains("\"endpoint\":\"127.0.0.1:1\",\"health\":false", sick.Output, StringComparison.Ordinal);
        Assert.Equal(3, sick.Output.Split("\"health\":true").Length - 1);
        Assert.Equal(0, script.ExitCode);
        Assert.False(Directory.Exists(data));
        Assert.Equal(3, (await ToolRun.RunAsync(environment, "", "kv", "get", "k", "--command-timeout", "1s")).ExitCode);
    }

    [Theory]
    [InlineData("1 ports are given", "4001")]
    [InlineData("'x' is no port", "x", "2", "3", "4", "5", "6")]
    public async Task Bad_ports_are_named(string message, params string[] ports)
    {
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(DocsPages.Repository, "build", "three-nodes.sh"), ports) { RedirectStandardError = true })!;

        Assert.Contains(message, await script.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await script.WaitForExitAsync();
        Assert.Equal(2, script.ExitCode);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
