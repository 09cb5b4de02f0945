using System.Diagnostics;

namespace Coordination.Embedded.Tests.Etcdctl;

/// <summary>A running <c>etcdctl</c>.</summary>
internal sealed class EtcdctlProcess(Process process, Func<string, string> plain) : IAsyncDisposable
{
    public async Task SayAsync(string line)
    {
        await process.StandardInput.WriteAsync(line + "\n");
        await process.StandardInput.FlushAsync();
    }

    /// <summary>The next lines that it prints.</summary>
    public async Task<string[]> LinesAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var lines = new string[count];
        for (var i = 0; i < count; i++)
        {
            lines[i] = plain(await process.StandardOutput.ReadLineAsync(patience.Token) ?? "(end)");
        }

        return lines;
    }

    /// <summary>Presses Ctrl-C and waits for the end.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
