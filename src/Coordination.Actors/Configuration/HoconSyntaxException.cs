namespace Coordination.Actors;

/// <summary>A text is not HOCON, or a substitution in it cannot be resolved. This type is the built-in runtime's own.</summary>
public sealed class HoconSyntaxException : ConfigurationException
{
    internal HoconSyntaxException(HoconPosition at, string problem)
        : base($"{(at.Source is null ? "" : $"{at.Source}: ")}line {at.Line}, column {at.Column}: {problem}") =>
        (Line, Column, SourceName) = (at.Line, at.Column, at.Source);

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>The column, from 1.</summary>
    public int Column { get; }

    /// <summary>The file, or null for a string.</summary>
    public string? SourceName { get; }
}

/// <summary>A place in a text.</summary>
internal readonly record struct HoconPosition(int Line, int Column, string? Source);
