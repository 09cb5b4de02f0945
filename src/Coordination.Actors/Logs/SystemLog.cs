using Microsoft.Extensions.Logging;
using MsLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Actors;

/// <summary>A log of a system: lines go to Microsoft.Extensions.Logging, and to the event stream if somebody listens there.</summary>
internal sealed class SystemLog(
    LoggingBus bus, string source, Type sourceType, ILogger? logger, LogLevel? minimum, TimeProvider time, ILogMessageFormatter formatter) : ILoggingAdapter
{
    private static readonly EventId FromActor = new(1, "ActorLog");

    public ILogMessageFormatter Formatter => formatter;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) =>
        !(logLevel < minimum) && (logger?.IsEnabled(ToMs(logLevel)) is true || bus.HasSubscribers(Logging.ClassFor(logLevel)));

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Write(logLevel, cause, message);

    public void Log(LogLevel logLevel, Exception? cause, string format) => Write(logLevel, cause, format);

    private void Write(LogLevel level, Exception? cause, object message)
    {
        if (level < minimum) return;
        if (logger?.IsEnabled(ToMs(level)) is true)
            logger.Log(ToMs(level), FromActor, (source, message), cause, static (line, _) => $"[{line.source}] {line.message}");
        if (!bus.HasSubscribers(Logging.ClassFor(level))) return;
        LogEvent line = level switch
        {
            LogLevel.DebugLevel => new Debug(cause, source, sourceType, message),
            LogLevel.InfoLevel => new Info(cause, source, sourceType, message),
            LogLevel.WarningLevel => new Warning(cause, source, sourceType, message),
            _ => new Error(cause, source, sourceType, message),
        };
        line.Timestamp = time.GetUtcNow().UtcDateTime;
        bus.Publish(line);
    }

    private static MsLevel ToMs(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => MsLevel.Debug,
        LogLevel.InfoLevel => MsLevel.Information,
        LogLevel.WarningLevel => MsLevel.Warning,
        _ => MsLevel.Error,
    };
}
