namespace Coordination.Actors;

/// <summary>A line of the log at the level error.</summary>
public class Error : LogEvent
{
    /// <summary>With an exception, or null.</summary>
    public Error(Exception? cause, string logSource, Type logClass, object message) => Set(cause, logSource, logClass, message);

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Actors.LogLevel.ErrorLevel;
}
