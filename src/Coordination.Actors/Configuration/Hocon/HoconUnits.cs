using System.Globalization;

namespace Coordination.Actors;

/// <summary>Numbers with a unit: durations and sizes.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, double> TicksOf = new(StringComparer.Ordinal)
    {
        ["ns"] = 0.01, ["nano"] = 0.01, ["nanos"] = 0.01, ["nanosecond"] = 0.01, ["nanoseconds"] = 0.01,
        ["us"] = 10, ["micro"] = 10, ["micros"] = 10, ["microsecond"] = 10, ["microseconds"] = 10,
        [""] = TimeSpan.TicksPerMillisecond, ["ms"] = TimeSpan.TicksPerMillisecond, ["milli"] = TimeSpan.TicksPerMillisecond,
        ["millis"] = TimeSpan.TicksPerMillisecond, ["millisecond"] = TimeSpan.TicksPerMillisecond, ["milliseconds"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond, ["second"] = TimeSpan.TicksPerSecond, ["seconds"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute, ["minute"] = TimeSpan.TicksPerMinute, ["minutes"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour, ["hour"] = TimeSpan.TicksPerHour, ["hours"] = TimeSpan.TicksPerHour,
        ["d"] = TimeSpan.TicksPerDay, ["day"] = TimeSpan.TicksPerDay, ["days"] = TimeSpan.TicksPerDay,
    };

    private static readonly Dictionary<string, decimal> BytesOf = Sizes();

    public static bool TryDuration(string? text, bool allowInfinite, out TimeSpan duration)
    {
        if (allowInfinite && text?.Trim() is "infinite")
        {
            duration = Timeout.InfiniteTimeSpan;
            return true;
        }

        duration = default;
        if (!TrySplit(text, out var number, out var unit) || !TicksOf.TryGetValue(unit, out var ticks)) return false;
        var total = (double)number * ticks;
        if (Math.Abs(total) >= long.MaxValue) return false;
        duration = TimeSpan.FromTicks((long)Math.Round(total));
        return true;
    }

    public static bool TrySize(string? text, out long size)
    {
        size = 0;
        if (!TrySplit(text, out var number, out var unit) || !BytesOf.TryGetValue(unit, out var bytes)) return false;
        if (Math.Abs(number) > long.MaxValue / bytes) return false;
        size = (long)(number * bytes);
        return true;
    }

    private static bool TrySplit(string? text, out decimal number, out string unit)
    {
        var trimmed = (text ?? "").Trim();
        var end = trimmed.Length;
        while (end > 0 && char.IsLetter(trimmed[end - 1])) end--;
        unit = trimmed[end..];
        return decimal.TryParse(trimmed.AsSpan(0, end).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static Dictionary<string, decimal> Sizes()
    {
        var sizes = new Dictionary<string, decimal>(StringComparer.Ordinal) { [""] = 1, ["B"] = 1, ["b"] = 1, ["byte"] = 1, ["bytes"] = 1 };
        var (decimalSize, binarySize) = (1m, 1m);
        foreach (var (letter, si, iec) in new[]
        {
            ("k", "kilo", "kibi"), ("m", "mega", "mebi"), ("g", "giga", "gibi"), ("t", "tera", "tebi"), ("p", "peta", "pebi"), ("e", "exa", "exbi"),
        })
        {
            (decimalSize, binarySize) = (decimalSize * 1000, binarySize * 1024);
            var upper = letter.ToUpperInvariant();
            foreach (var name in new[] { letter + "B", upper + "B", si + "byte", si + "bytes" }) sizes[name] = decimalSize;
            foreach (var name in new[] { letter, upper, upper + "i", upper + "iB", iec + "byte", iec + "bytes" }) sizes[name] = binarySize;
        }

        return sizes;
    }
}
