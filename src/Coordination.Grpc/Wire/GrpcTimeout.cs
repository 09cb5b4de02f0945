using System.Globalization;

namespace Coordination.Grpc.Wire;

/// <summary>The <c>grpc-timeout</c> header: at most eight digits and a unit (H, M, S, m, u, n).</summary>
internal static class GrpcTimeout
{
    public const string Header = "grpc-timeout";
    private const long MaxDigits = 99_999_999;

    /// <summary>The longest time a timer takes (49 days); a longer timeout is as good as none.</summary>
    public static TimeSpan LongestTimer { get; } = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public static string Format(TimeSpan timeout)
    {
        var microseconds = timeout.Ticks / TimeSpan.TicksPerMicrosecond;
        if (microseconds <= MaxDigits)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, microseconds)}u");
        }

        var milliseconds = microseconds / 1000;
        return milliseconds <= MaxDigits
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(MaxDigits, milliseconds / 1000)}S");
    }

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            return false;
        }

        long? ticksPerUnit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticksPerUnit is not { } unit)
        {
            return false;
        }

        // A tick is 100 ns; a smaller timeout is rounded up to one tick.
        timeout = unit == 0 ? TimeSpan.FromTicks(Math.Max(1, amount / 100)) : TimeSpan.FromTicks(Math.Min(amount, TimeSpan.MaxValue.Ticks / unit) * unit);
        return true;
    }
}
