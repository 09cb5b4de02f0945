using System.Globalization;

namespace Coordination.Watch.Bench;

/// <summary>Times that belong together.</summary>
internal sealed class Series(string name)
{
    private readonly List<double> _milliseconds = [];

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public double At(double fraction)
    {
        var sorted = _milliseconds.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * fraction)];
    }

    public string Describe(Series limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-28} p50 {At(0.5),7:0.000} ms   p99 {At(0.99),7:0.000} ms   ratio {At(0.5) / limit.At(0.5):0.00}   ({_milliseconds.Count} puts)");
}
