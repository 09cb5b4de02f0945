namespace Coordination.Actors;

/// <summary>A line of the log at the level info.</summary>
public class Info : LogEvent
{
    /// <summary>Without an exception.</summary>
    public Info(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    /// <summary>With an exception.</summary>
    public Info(Exception? cause, string logSource, Type logClass, object message) => Set(cause, logSource, logClass, message);

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Actors.LogLevel.InfoLevel;
}
