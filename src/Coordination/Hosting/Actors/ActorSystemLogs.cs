using Akka.Event;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Hosting;

/// <summary>The log of an actor system, for a coordination system in it that was given no other.</summary>
internal sealed class ActorSystemLogs(ActorSystem actors) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Lines(Logging.GetLogger(actors, categoryName));

    public void AddProvider(ILoggerProvider provider)
    {
        // Where lines go is the actor system's to say.
    }

    public void Dispose()
    {
    }

    private sealed class Lines(ILoggingAdapter log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && log.IsEnabled(Of(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Log(Of(logLevel), exception, "{0}", formatter(state, exception));
            }
        }

        private static Akka.Event.LogLevel Of(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => Akka.Event.LogLevel.DebugLevel,
            LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
            LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
            _ => Akka.Event.LogLevel.ErrorLevel,
        };
    }
}
