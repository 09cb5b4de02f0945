using System.Diagnostics;

namespace Coordination.Demo.Tests.Support;

/// <summary>A line as a person types it in a shell; <c>coordination</c> is the tool.</summary>
internal static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Process Start(Uri etcd, string line)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"coordination() {{ '{DemoProcess.Tool}' \"$@\"; }}\n{line}");
        start.Environment["COORDINATION_ETCD_ENDPOINTS"] = etcd.GetLeftPart(UriPartial.Authority);
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(Uri etcd, string line)
    {
        using var process = Start(etcd, line);
        return await process.EndAsync();
    }

    public static async Task<(int ExitCode, string Output, string Errors)> EndAsync(this Process process)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }
}
