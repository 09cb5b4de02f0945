using System.Text.Json;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Greeter.Call;

/// <summary>One line for each call and each change: for pipes and logs.</summary>
internal sealed class PlainCallView(Lines lines) : ICallView
{
    public Task ShowAsync(CallBoard board, Func<Task> run) => run();

    public void Called(CallReport call) => lines.Write(call.ToString());

    public void Changed(TimeSpan at, string text) => lines.Write(text);

    public void End(CallSummary summary)
    {
        foreach (var line in summary.Lines())
        {
            Console.WriteLine(line);
        }
    }
}

/// <summary>One line of JSON for each call and each change, and one for the summary: for programs.</summary>
internal sealed class JsonCallView : ICallView
{
    private readonly Lock _lock = new();

    public Task ShowAsync(CallBoard board, Func<Task> run) => run();

    public void Called(CallReport call) => Write(new CallLine(call.At.TotalSeconds)
    {
        Call = new CallJson(call.Number, call.Elapsed.TotalMilliseconds, call.Attempts.Count, call.Reply?.Message, call.Reply?.Instance, call.Error),
    });

    public void Changed(TimeSpan at, string text) => Write(new CallLine(at.TotalSeconds) { Change = text });

    public void End(CallSummary summary) => Write(new CallLine(summary.Seconds) { Summary = summary });

    private void Write(CallLine line)
    {
        lock (_lock)
        {
            Console.WriteLine(JsonSerializer.Serialize(line, CallJsonContext.Default.CallLine));
        }
    }
}
