namespace Coordination.Actors;

/// <summary>A line of the log as an event on the event stream.</summary>
public abstract class LogEvent
{
    /// <summary>For the four levels.</summary>
    protected LogEvent() { }

    /// <summary>The exception, or null.</summary>
    public Exception? Cause { get; protected set; }

    /// <summary>When it was written.</summary>
    public DateTime Timestamp { get; internal set; }

    /// <summary>Who wrote it.</summary>
    public string LogSource { get; protected set; } = "";

    /// <summary>The type of who wrote it.</summary>
    public Type LogClass { get; protected set; } = typeof(object);

    /// <summary>The message.</summary>
    public object Message { get; protected set; } = "";

    /// <summary>The level.</summary>
    public abstract LogLevel LogLevel();

    /// <inheritdoc/>
    public override string ToString() => $"[{LogLevel()}][{LogSource}] {Message}{(Cause is null ? "" : $"{Environment.NewLine}Cause: {Cause}")}";

    private protected void Set(Exception? cause, string logSource, Type logClass, object message) =>
        (Cause, LogSource, LogClass, Message) = (cause, logSource, logClass, message);
}
