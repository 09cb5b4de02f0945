using System.Globalization;

namespace Coordination;

/// <summary>Collects what is wrong with options, so that one error names them all.</summary>
internal sealed class OptionProblems
{
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> All => _problems;

    public void Add(string option, object? value, string allowed) => _problems.Add($"{option} is '{value}': {allowed}");

    public void Check(string option, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            Add(option, Text(value), $"allowed is {Text(min)} to {Text(max)}");
        }
    }

    public void Check(string option, long value, long min, long max, string unit)
    {
        if (value < min || value > max)
        {
            Add(option, value, string.Create(CultureInfo.InvariantCulture, $"allowed is {min} to {max} {unit}"));
        }
    }

    /// <exception cref="ArgumentException">There are problems.</exception>
    public static void ThrowIfAny(string what, IReadOnlyList<string> problems, string parameter)
    {
        if (problems.Count > 0)
        {
            throw new ArgumentException($"{what} cannot be used. {string.Join("; ", problems)}.", parameter);
        }
    }

    private static string Text(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);
}
