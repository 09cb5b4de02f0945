namespace Coordination.Actors.TestKit;

/// <summary>How long a test waits.</summary>
public class TestKitSettings
{
    internal TestKitSettings() { }

    public TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(5);

    public TimeSpan SingleExpectDefault { get; } = TimeSpan.FromSeconds(3);

    public TimeSpan TestEventFilterLeeway { get; } = TimeSpan.FromSeconds(3);

    public double TestTimeFactor { get; } = 1.0;
}
