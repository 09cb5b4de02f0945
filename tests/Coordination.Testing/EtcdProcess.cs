using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coordination.Testing;

/// <summary>One process of Debian's etcd: started with given arguments until it serves, stopped, let go on, killed, started again.</summary>
public sealed class EtcdProcess(IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    // What etcd says when it serves, in its versions.
    private static readonly string[] Ready =
    [
        "ready to serve client requests", "serving insecure client requests", "serving client traffic insecurely", "serving client requests on", "serving client traffic securely",
        "started gRPC proxy",
    ];

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    private readonly List<string> _log = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Process? _process;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it (again), with the data it had. Completes when it serves: it has a leader then.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
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
            // In this order: others may ask meanwhile whether it runs.
            var old = _process;
            _process = Process.Start(start)!;
            old?.Dispose();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException(
                "The contract tests also run on a real etcd, and the program 'etcd' is not on the PATH. ./test.sh installs it (Debian: apt-get install etcd-server etcd-client).", error);
        }

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnLine(object sender, DataReceivedEventArgs e)
        {
            Note(e.Data ?? "(end of output)");
            if (e.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("etcd ended: " + Log()));
            }
            else if (Array.Exists(Ready, text => e.Data.Contains(text, StringComparison.Ordinal)))
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

    /// <summary>Until so many lines of its log have all of these texts in them.</summary>
    public async Task SaysAsync(int lines, params string[] texts)
    {
        while (true)
        {
            Task more;
            lock (_log)
            {
                if (_log.Count(line => Array.TrueForAll(texts, text => line.Contains(text, StringComparison.Ordinal))) >= lines)
                {
                    return;
                }

                more = _more.Task;
            }

            await more.WaitAsync(StartLimit);
        }
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

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
    }

    private void Note(string line)
    {
        TaskCompletionSource told;
        lock (_log)
        {
            _log.Add(line);
            told = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    private string Log()
    {
        lock (_log)
        {
            return string.Join('\n', _log);
        }
    }

    /// <summary>A port that nobody uses now, and that was not given to anybody before.</summary>
    internal static int FreePort()
    {
        while (true)
        {
            // Below those that the system gives to connections, one of which would take it before etcd does.
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (Given.TryAdd(port, true))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
