namespace Coordination.Actors;

/// <summary>Writes to the log of a system.</summary>
public interface ILoggingAdapter
{
    /// <summary>Puts arguments into formats.</summary>
    ILogMessageFormatter Formatter { get; }

    /// <summary>Whether debug lines are written.</summary>
    bool IsDebugEnabled { get; }

    /// <summary>Whether information lines are written.</summary>
    bool IsInfoEnabled { get; }

    /// <summary>Whether warnings are written.</summary>
    bool IsWarningEnabled { get; }

    /// <summary>Whether errors are written.</summary>
    bool IsErrorEnabled { get; }

    /// <summary>Whether lines of a level are written.</summary>
    bool IsEnabled(LogLevel logLevel);

    /// <summary>Writes a line.</summary>
    void Log(LogLevel logLevel, Exception? cause, LogMessage message);

    /// <summary>Writes a line.</summary>
    void Log(LogLevel logLevel, Exception? cause, string format);
}
