namespace Coordination.Actors;

/// <summary>A line of the log that is not formatted yet.</summary>
public abstract class LogMessage
{
    /// <summary>Puts the arguments into the format.</summary>
    protected readonly ILogMessageFormatter Formatter;

    /// <summary>Makes it.</summary>
    protected LogMessage(ILogMessageFormatter formatter, string format) => (Formatter, Format) = (formatter, format);

    /// <summary>The format.</summary>
    public string Format { get; }

    /// <summary>The arguments.</summary>
    public abstract IEnumerable<object> Parameters();

    /// <summary>Format and arguments, side by side.</summary>
    public abstract string Unformatted();
}

/// <summary>A line of the log with its arguments.</summary>
internal sealed class ArgumentsLogMessage(ILogMessageFormatter formatter, string format, object[] args) : LogMessage(formatter, format)
{
    public override IEnumerable<object> Parameters() => args;

    public override string Unformatted() => $"Format: [{Format}], Args: [{string.Join(',', args)}]";

    // A log statement with a wrong format is not worth a crash.
    public override string ToString()
    {
        try
        {
            return args.Length == 0 ? Format : Formatter.Format(Format, args);
        }
        catch (FormatException)
        {
            return Unformatted();
        }
    }
}
