using System.Diagnostics;

namespace Coordination.Testing;

/// <summary>Debian's etcdctl, API v3.</summary>
public static class Etcdctl
{
    public static Task<string> RunAsync(Uri endpoint, string input, params string[] arguments) => RunAsync("etcdctl", input, [$"--endpoints={endpoint.Authority}", .. arguments]);

    /// <summary>Runs a tool of etcd that works on files.</summary>
    public static Task RunOfflineAsync(string tool, params string[] arguments) => RunAsync(tool, "", arguments);

    public static Task<string> QueryAsync(Uri endpoint, params string[] arguments) => RunAsync(endpoint, "", arguments);

    private static async Task<string> RunAsync(string tool, string input, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["ETCDCTL_API"] = "3";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} failed: {errors}");
    }
}
