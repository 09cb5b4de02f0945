using Coordination.Demo.Cli;
using Microsoft.Extensions.Logging;

namespace Coordination.Demo.Services;

/// <summary>Prints some of what a system logs: what nothing else tells.</summary>
/// <param name="lines">Where to.</param>
/// <param name="events">The ids of the events that are printed.</param>
internal sealed class LogLines(Lines lines, params int[] events) : ILoggerFactory
{
    /// <summary>A registration is repaired, because somebody interfered with its keys.</summary>
    public const int RegistrationRepaired = 603;

    public ILogger CreateLogger(string categoryName) => new Printer(lines, events);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Printer(Lines lines, int[] events) : ILogger
    {
        public IDisposable BeginScope<TState>(TState state)
            where TState : notnull => NullScope.Instance;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (events.Contains(eventId.Id))
            {
                lines.Write(formatter(state, exception));
            }
        }
    }

    private sealed class NullScope : IDisposable
    {
        public static NullScope Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
