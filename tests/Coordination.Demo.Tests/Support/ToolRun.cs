using System.Text;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Tests.Support;

/// <summary>The tool inside the test process: its streams and its environment are memory, its etcd is in its environment.</summary>
internal sealed class ToolRun : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _interrupt = new();
    private readonly PrintedStream _output = new();
    private readonly StringWriter _errors = new() { NewLine = "\n" };
    private readonly Terminal _terminal;
    private readonly Task<int> _running;

    private ToolRun(Dictionary<string, string> environment, string input, string[] arguments)
    {
        _terminal = new Terminal(new MemoryStream(Encoding.UTF8.GetBytes(input)), _output, TextWriter.Synchronized(_errors)) { Variable = environment.GetValueOrDefault };
        _running = Tool.RunAsync(arguments, _terminal, _interrupt.Token);
    }

    /// <summary>What has been printed.</summary>
    public string Output => _output.Text;

    public static ToolRun Start(Uri etcd, string input, params string[] arguments) => Start(Environment(etcd), input, arguments);

    public static ToolRun Start(Dictionary<string, string> environment, string input, params string[] arguments) => new(environment, input, arguments);

    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(Uri etcd, params string[] arguments) => RunAsync(Environment(etcd), "", arguments);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(Dictionary<string, string> environment, string input, params string[] arguments)
    {
        using var run = Start(environment, input, arguments);
        return await run.EndAsync();
    }

    public static Dictionary<string, string> Environment(Uri etcd) => new() { ["COORDINATION_ETCD_ENDPOINTS"] = etcd.Authority };

    /// <summary>Completes when so many lines with the text have been printed.</summary>
    public Task PrintedAsync(string text, int times = 1) => _output.PrintedAsync(text, times).WaitAsync(Limit);

    /// <summary>As Ctrl-C does.</summary>
    public Task InterruptAsync() => _interrupt.CancelAsync();

    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        var exitCode = await _running.WaitAsync(Limit);
        return (exitCode, _output.Text, _errors.ToString());
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminal.Dispose();
        _errors.Dispose();
    }

    private sealed class PrintedStream : MemoryStream
    {
        private readonly Lock _lock = new();
        private readonly List<(string Text, int Times, TaskCompletionSource Seen)> _awaited = [];

        public string Text
        {
            get
            {
                lock (_lock)
                {
                    return Encoding.UTF8.GetString(ToArray());
                }
            }
        }

        public Task PrintedAsync(string text, int times)
        {
            lock (_lock)
            {
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _awaited.Add((text, times, seen));
                Look();
                return seen.Task;
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (_lock)
            {
                base.Write(buffer, offset, count);
                Look();
            }
        }

        // A derived stream of memory writes spans through arrays anyway.
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        private void Look()
        {
            var lines = Encoding.UTF8.GetString(ToArray()).Split('\n');
            foreach (var (text, times, seen) in _awaited)
            {
                if (lines.Count(line => line.Contains(text, StringComparison.Ordinal)) >= times)
                {
                    seen.TrySetResult();
                }
            }
        }
    }
}
