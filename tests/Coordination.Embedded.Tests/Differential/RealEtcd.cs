using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>A real etcd with one node and no data, on free ports of this machine.</summary>
internal sealed class RealEtcd : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private RealEtcd(Process process, DirectoryInfo data, Uri endpoint)
    {
        _process = process;
        _data = data;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    /// <summary>Starts one.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="prepare">Makes the data that it starts with, in a directory that does not exist yet. Null: none.</param>
    public static async Task<RealEtcd> StartAsync(CancellationToken cancellationToken, Func<string, Task>? prepare = null)
    {
        var program = FindProgram() ?? throw new InvalidOperationException(
            "This test compares the embedded server with a real etcd, and there is no program 'etcd' in PATH. "
            + "Install it: 'apt-get install etcd-server' on Debian or Ubuntu, or put the etcd binary of a 3.4 or 3.5 release into PATH.");

        // Data in memory where the machine has such a directory: etcd waits for the disk with every write.
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var data = Directory.CreateDirectory(Path.Combine(root, $"coordination-etcd-{Guid.NewGuid():N}"));
        var store = Path.Combine(data.FullName, "member-data");
        await (prepare?.Invoke(store) ?? Task.CompletedTask);
        var (client, peer) = (new Uri($"http://127.0.0.1:{FreePort()}"), new Uri($"http://127.0.0.1:{FreePort()}"));
        var process = Process.Start(new ProcessStartInfo(program)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--data-dir", store, "--logger", "zap", "--log-outputs", "stderr",
                "--listen-client-urls", client.OriginalString, "--advertise-client-urls", client.OriginalString,
                "--listen-peer-urls", peer.OriginalString, "--initial-advertise-peer-urls", peer.OriginalString,
                "--initial-cluster", $"default={peer.OriginalString}",
            },
        })!;
        var etcd = new RealEtcd(process, data, client);
        try
        {
            await etcd.WaitUntilReadyAsync(cancellationToken);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static string? FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "etcd.exe" : "etcd")).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"etcd ended before it was ready. Its last words: {last}"));
            }
            else if (line.Data.Contains("serving client traffic", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }

            last = line.Data ?? last;
        };

        // Both streams are read to their end, or etcd would block when they are full.
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(cancellationToken);
    }
}
