using System.Runtime.InteropServices;

namespace Coordination;

/// <summary>
/// The system's time, with a monotonic timestamp that also counts the time a machine was suspended. A lease runs out on the server while this
/// machine sleeps; a clock that stands still meanwhile would claim it afterwards. On Linux it is the later of CLOCK_MONOTONIC and CLOCK_BOOTTIME;
/// elsewhere the system's monotonic clock.
/// </summary>
public sealed partial class SuspendAwareTimeProvider : TimeProvider
{
    private const int ClockMonotonic = 1;
    private const int ClockBootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private static readonly bool HasBootTime = OperatingSystem.IsLinux() && Read(ClockBootTime) > 0;

    private SuspendAwareTimeProvider()
    {
    }

    /// <summary>The only instance.</summary>
    public static SuspendAwareTimeProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => HasBootTime ? NanosecondsPerSecond : System.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => HasBootTime ? Math.Max(Read(ClockBootTime), Read(ClockMonotonic)) : System.GetTimestamp();

    private static long Read(int clock) =>
        ClockGetTime(clock, out var time) == 0 ? ((long)time.Seconds * NanosecondsPerSecond) + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
