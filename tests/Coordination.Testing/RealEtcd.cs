using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coordination.Testing;

/// <summary>Debian's etcd, one node, on loopback ports of its own, with its data in a temporary folder.</summary>
public sealed class RealEtcd : EtcdServer
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("coordination-etcd-").FullName;
    private readonly int _clientPort = FreePort();
    private readonly int _peerPort = FreePort();
    private readonly string _backup;
    private readonly string[] _moreArguments;
    private Process? _process;

    private RealEtcd(string[] moreArguments)
    {
        _backup = _folder + "-backup";
        _moreArguments = moreArguments;
    }

    public override Uri Endpoint => new($"http://127.0.0.1:{_clientPort}");

    public static async Task<RealEtcd> StartAsync(params string[] moreArguments)
    {
        var server = new RealEtcd(moreArguments);
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Starts it (again), with the data it had.</summary>
    public async Task StartProcessAsync()
    {
        var client = $"http://127.0.0.1:{_clientPort}";
        var peer = $"http://127.0.0.1:{_peerPort}";
        var start = new ProcessStartInfo("etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--name", "test", "--data-dir", _folder, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"test={peer}", "--unsafe-no-fsync", .. _moreArguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            // Debian's etcd 3.4 wants this said.
            start.Environment["ETCD_UNSUPPORTED_ARCH"] = "arm64";
        }

        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException(
                "The contract tests also run on a real etcd, and the program 'etcd' is not on the PATH. ./test.sh installs it (Debian: apt-get install etcd-server etcd-client).", error);
        }

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new List<string>();
        void OnLine(object sender, DataReceivedEventArgs e)
        {
            lock (log)
            {
                log.Add(e.Data ?? "(end of output)");
            }

            if (e.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("etcd ended: " + string.Join('\n', log)));
            }
            else if (e.Data.Contains("ready to serve client requests", StringComparison.Ordinal)
                || e.Data.Contains("serving insecure client requests", StringComparison.Ordinal)
                || e.Data.Contains("serving client traffic insecurely", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        }

        _process.ErrorDataReceived += OnLine;
        _process.OutputDataReceived += (_, e) => _ = e;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(StartLimit);
    }

    /// <summary>SIGSTOP: it hangs, with its connections open.</summary>
    public void Pause() => Signals.Send(_process!.Id, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signals.Send(_process!.Id, Signals.Continue);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Copies the data of a server that was killed. It is put back with <see cref="Restore"/>.</summary>
    public void BackUp() => Copy(_folder, _backup);

    /// <summary>Gives a server that was killed the data of the backup, as an operator does who restores one.</summary>
    public void Restore()
    {
        Directory.Delete(_folder, recursive: true);
        Copy(_backup, _folder);
    }

    public override async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_backup))
        {
            Directory.Delete(_backup, recursive: true);
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(to + folder[from.Length..]);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, to + file[from.Length..]);
        }
    }

    // Below the ports that the system gives to connections, one of which would take it before etcd does.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
