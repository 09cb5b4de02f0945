using System.Diagnostics;
using System.Net;
using System.Text;
using Coordination.Demo.Cli;

namespace Coordination.IntegrationTests.Observability;

/// <summary>The demo sends its metrics and traces to a collector that the environment names.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task The_demo_exports_metrics_and_traces_by_OTLP()
    {
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/";
        collector.Prefixes.Add(address);
        collector.Start();
        var received = CollectAsync(collector);
        var tool = Path.ChangeExtension(typeof(ExitCode).Assembly.Location, null);
        var start = new ProcessStartInfo(tool, ["--duration", "2s", "--json"]) { RedirectStandardOutput = true };
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = address;
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";

        using var demo = Process.Start(start)!;
        await demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync();
        collector.Stop();
        var texts = await received;

        Assert.Contains(texts, text => text.StartsWith("/v1/metrics", StringComparison.Ordinal) && text.Contains("coordination.lock.acquire.duration", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.StartsWith("/v1/traces", StringComparison.Ordinal) && text.Contains("lock acquire", StringComparison.Ordinal)
            && text.Contains("etcdserverpb.KV/Txn", StringComparison.Ordinal));
    }

    private static async Task<List<string>> CollectAsync(HttpListener collector)
    {
        var texts = new List<string>();
        try
        {
            while (true)
            {
                var context = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                texts.Add(context.Request.RawUrl + "\n" + Encoding.Latin1.GetString(body.ToArray()));
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            return texts;
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
