namespace Coordination.Time;

/// <summary>How long to wait before trying again: doubling from a minimum to a maximum, and up to half as much again at random, so that many do not come at once.</summary>
internal readonly record struct BackoffPolicy(TimeSpan Min, TimeSpan Max)
{
    /// <summary>For everything that talks to etcd: progress within 3 s of healing, no hot loop.</summary>
    public static BackoffPolicy Default { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1600));

    /// <summary>The delay without jitter before attempt <paramref name="failures"/>+1.</summary>
    public TimeSpan Base(int failures) =>
        TimeSpan.FromTicks(Math.Min(Max.Ticks, Min.Ticks << Math.Clamp(failures - 1, 0, 20)));

    /// <summary>The delay with jitter.</summary>
    public TimeSpan After(int failures, Random random) => Base(failures) * (1 + (0.5 * random.NextDouble()));
}
