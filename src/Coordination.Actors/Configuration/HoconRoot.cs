namespace Coordination.Actors;

/// <summary>What was read from one text.</summary>
public class HoconRoot
{
    /// <summary>Makes it of a value.</summary>
    public HoconRoot(HoconValue value) => Value = value;

    /// <summary>The value.</summary>
    public HoconValue Value { get; }
}
