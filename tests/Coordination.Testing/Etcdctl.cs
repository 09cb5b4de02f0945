using System.Diagnostics;

namespace Coordination.Testing;

/// <summary>Debian's etcdctl, API v3.</summary>
public static class Etcdctl
{
    public static async Task<string> RunAsync(Uri endpoint, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("etcdctl") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["ETCDCTL_API"] = "3";
        start.ArgumentList.Add($"--endpoints={endpoint.Authority}");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)} failed: {errors}");
    }

    public static Task<string> QueryAsync(Uri endpoint, params string[] arguments) => RunAsync(endpoint, "", arguments);
}
