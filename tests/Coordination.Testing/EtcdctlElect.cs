using System.Diagnostics;
using System.Threading.Channels;

namespace Coordination.Testing;

/// <summary><c>etcdctl elect</c>, as a candidate or (without a proposal) as an observer. It resigns on SIGINT.</summary>
public sealed class EtcdctlElect : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public EtcdctlElect(Uri endpoint, string election, string? proposal)
    {
        var start = new ProcessStartInfo("etcdctl") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ETCDCTL_API"] = "3";
        foreach (var argument in (string[])[$"--endpoints={endpoint.Authority}", "elect", .. proposal is null ? (string[])["--listen", election] : [election, proposal]])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not null)
            {
                _lines.Writer.TryWrite(e.Data);
            }
        };
        _process.BeginOutputReadLine();
    }

    /// <summary>The next leader that it tells: its key and its value. A candidate tells itself when it is elected.</summary>
    public async Task<(string Key, string Value)> NextAsync() =>
        (await _lines.Reader.ReadAsync().AsTask().WaitAsync(Limit), await _lines.Reader.ReadAsync().AsTask().WaitAsync(Limit));

    /// <summary>Whether it has told anything that was not read.</summary>
    public bool HasTold => _lines.Reader.TryPeek(out _);

    /// <summary>SIGINT: it resigns and ends.</summary>
    public async Task InterruptAsync()
    {
        Signals.Send(_process.Id, Signals.Interrupt);
        await _process.WaitForExitAsync().WaitAsync(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
