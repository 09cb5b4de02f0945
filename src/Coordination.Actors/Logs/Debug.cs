namespace Coordination.Actors;

/// <summary>A line of the log at the level debug.</summary>
public class Debug : LogEvent
{
    /// <summary>Without an exception.</summary>
    public Debug(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    /// <summary>With an exception.</summary>
    public Debug(Exception? cause, string logSource, Type logClass, object message) => Set(cause, logSource, logClass, message);

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Actors.LogLevel.DebugLevel;
}
