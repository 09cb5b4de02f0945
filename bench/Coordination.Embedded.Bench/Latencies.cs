namespace Coordination.Embedded.Bench;

/// <summary>Latencies of many callers, kept exactly and sorted at the end.</summary>
internal sealed class Latencies
{
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _milliseconds.Count;
            }
        }
    }

    public void Add(TimeSpan latency)
    {
        lock (_gate)
        {
            _milliseconds.Add(latency.TotalMilliseconds);
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            _milliseconds.Sort();
            return _milliseconds.Count == 0 ? "none" : $"p50 {At(0.5):0.00} ms, p99 {At(0.99):0.00} ms, max {_milliseconds[^1]:0.0} ms";
        }
    }

    private double At(double share) => _milliseconds[(int)(share * (_milliseconds.Count - 1))];
}
