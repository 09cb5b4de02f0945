namespace Coordination.Actors;

/// <summary>A line of the log at the level warning.</summary>
public class Warning : LogEvent
{
    /// <summary>Without an exception.</summary>
    public Warning(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    /// <summary>With an exception.</summary>
    public Warning(Exception? cause, string logSource, Type logClass, object message) => Set(cause, logSource, logClass, message);

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Actors.LogLevel.WarningLevel;
}
