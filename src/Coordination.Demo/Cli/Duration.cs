using System.CommandLine.Parsing;
using System.Globalization;

namespace Coordination.Demo.Cli;

/// <summary>A duration as people write it: <c>500ms</c>, <c>20s</c>, <c>1.5m</c>, <c>2h</c>.</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    /// <summary>A parser for an option, which refuses what lies outside of the range.</summary>
    public static Func<ArgumentResult, Duration> Between(TimeSpan min, TimeSpan max) => result =>
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (TryParse(text, min, max, out var problem) is { } duration)
        {
            return new Duration(duration);
        }

        result.AddError($"{result.Argument.Name}: {problem}");
        return default;
    };

    /// <summary>Reads one that lies in the range. Null: it does not, and the problem says why.</summary>
    public static TimeSpan? TryParse(string text, TimeSpan min, TimeSpan max, out string problem)
    {
        var isDuration = TryParse(text, out var duration);
        problem = !isDuration ? $"'{text}' is no duration; write for example 500ms, 20s, 1.5m or 2h."
            : duration < min || duration > max ? $"{text} is out of range; allowed is {Format(min)} to {Format(max)}."
            : "";
        return problem.Length == 0 ? duration : null;
    }

    /// <summary>The shortest of those forms.</summary>
    public override string ToString() => Format(Value);

    private static string Format(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0.###}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours:0.###}h"),
    };

    private static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        (string Unit, double Milliseconds)[] units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
        foreach (var (unit, milliseconds) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && Math.Abs(number * milliseconds) < TimeSpan.MaxValue.TotalMilliseconds / 2)
            {
                duration = TimeSpan.FromMilliseconds(number * milliseconds);
                return true;
            }
        }

        return false;
    }
}
