namespace Coordination.Actors;

/// <summary>Makes logs.</summary>
public static class Logging
{
    /// <summary>The log of an actor.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter? logMessageFormatter = null)
    {
        var cell = (ActorCell)context;
        return cell.SystemImpl.LogFor(cell.Self.Path.ToString(), cell.Actor?.GetType() ?? cell.Props.Type, logMessageFormatter);
    }

    /// <summary>The log of anything.</summary>
    /// <param name="system">The system that it belongs to.</param>
    /// <param name="logSourceObj">Who writes: a name, a type, an actor or any object.</param>
    /// <param name="logMessageFormatter">Puts arguments into formats.</param>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null) =>
        ((ActorSystemImpl)system).LogFor(SourceOf(logSourceObj), logSourceObj as Type ?? logSourceObj?.GetType() ?? typeof(object), logMessageFormatter);

    /// <summary>The log of anything, on the event stream only.</summary>
    public static ILoggingAdapter GetLogger(LoggingBus loggingBus, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null) =>
        new SystemLog(loggingBus, SourceOf(logSourceObj), logSourceObj?.GetType() ?? typeof(object), null, null, TimeProvider.System,
            logMessageFormatter ?? DefaultLogMessageFormatter.Instance);

    /// <summary>The event of a level.</summary>
    public static Type ClassFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        LogLevel.ErrorLevel => typeof(Error),
        _ => throw new ArgumentException($"There is no log level {logLevel}.", nameof(logLevel)),
    };

    /// <summary>The name of a level.</summary>
    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        LogLevel.ErrorLevel => "ERROR",
        _ => throw new ArgumentException($"There is no log level {logLevel}.", nameof(logLevel)),
    };

    /// <summary>The level of a name.</summary>
    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        _ => throw new ArgumentException($"Unknown LogLevel: {logLevel}", nameof(logLevel)),
    };

    /// <summary>The short name of the type of an object.</summary>
    public static string SimpleName(object o)
    {
        ArgumentNullException.ThrowIfNull(o);
        return SimpleName(o.GetType());
    }

    /// <summary>The short name of a type.</summary>
    public static string SimpleName(Type t)
    {
        ArgumentNullException.ThrowIfNull(t);
        return t.Name;
    }

    private static string SourceOf(object? source) => source switch
    {
        null => "null",
        string name => name,
        Type type => type.ToString(),
        IActorRef actor => actor.Path.ToString(),
        ActorBase actor => actor.Cell.Self.Path.ToString(),
        ActorSystem system => $"ActorSystem({system.Name})",
        _ => source.ToString() ?? source.GetType().Name,
    };
}
