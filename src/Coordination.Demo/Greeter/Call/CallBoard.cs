namespace Coordination.Demo.Greeter.Call;

/// <summary>What a run of calls has shown so far. Thread-safe.</summary>
internal sealed class CallBoard
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, CallRow> _rows = new(StringComparer.Ordinal);
    private readonly List<double> _milliseconds = [];
    private int _calls;
    private int _failed;
    private int _retries;

    public bool IsStale { get; private set; }

    public void See(ServiceView view)
    {
        lock (_lock)
        {
            IsStale = view.IsStale;
            foreach (var row in _rows.Values)
            {
                row.Instance = null;
            }

            foreach (var instance in view.Instances)
            {
                Row(instance.Id).Instance = instance;
            }
        }
    }

    public void Add(CallReport call)
    {
        lock (_lock)
        {
            _calls++;
            _retries += Math.Max(0, call.Attempts.Count - 1);
            foreach (var attempt in call.Attempts.Where(attempt => attempt.Error is not null))
            {
                Row(attempt.Instance.Id).FailedAttempts++;
            }

            if (call.Reply is not { } reply)
            {
                _failed++;
                return;
            }

            _milliseconds.Add(call.Elapsed.TotalMilliseconds);
            var row = Row(reply.Instance);
            row.Calls++;
            row.LastMilliseconds = call.Elapsed.TotalMilliseconds;
        }
    }

    public IReadOnlyList<CallRow> Rows()
    {
        lock (_lock)
        {
            return [.. _rows.Values.Select(row => row.Copy())];
        }
    }

    public CallSummary Summary(TimeSpan elapsed, bool interrupted)
    {
        lock (_lock)
        {
            var sorted = _milliseconds.Order().ToList();
            return new CallSummary(
                _calls, _failed, _retries, elapsed.TotalSeconds, At(sorted, 0.5), At(sorted, 0.99), interrupted,
                _rows.Where(row => row.Value.Calls > 0 || row.Value.FailedAttempts > 0).ToDictionary(row => row.Key, row => row.Value.Calls));
        }
    }

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];

    private CallRow Row(string id) => _rows.TryGetValue(id, out var row) ? row : _rows[id] = new CallRow(id);
}
