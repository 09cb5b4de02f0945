using System.Globalization;
using Coordination.Time;

namespace Coordination.Demo.Cli;

/// <summary>Writes one line for each thing worth telling, with the time since the start. Thread-safe.</summary>
internal sealed class Lines(TextWriter output)
{
    private readonly MonotonicClock _clock = new(TimeProvider.System);
    private readonly Instant _start = new MonotonicClock(TimeProvider.System).Now;
    private readonly Lock _lock = new();

    public TimeSpan Elapsed => _clock.Now - _start;

    public void Write(string text)
    {
        lock (_lock)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,8:0.000}s  {text}"));
            output.Flush();
        }
    }
}
