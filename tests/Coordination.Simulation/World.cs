using System.Globalization;
using System.Text;

namespace Coordination.Simulation;

/// <summary>
/// Virtual time and everything that is still to happen in it. One thread runs it: what is due at the same time happens in an order that the seed decides, so a
/// seed is a whole run.
/// </summary>
internal sealed class World(int seed, bool isTraced)
{
    private readonly PriorityQueue<Event, (long At, long Order)> _events = new();
    private readonly StringBuilder _trace = new();
    private long _scheduled;
    private string? _violation;

    /// <summary>All chance of the run.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>The true time since the beginning; processes have clocks of their own.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Called after each thing that happened.</summary>
    public Action? Observe { get; set; }

    public string Trace => _trace.ToString();

    public Event At(TimeSpan time, Action action)
    {
        var scheduled = new Event(action);
        _events.Enqueue(scheduled, (Math.Max(time.Ticks, Now.Ticks), _scheduled++));
        return scheduled;
    }

    public Event After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>A time between two, small ones more often.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most)
    {
        var share = Random.NextDouble();
        return least + ((most - least) * (share * share * share));
    }

    public bool Happens(double probability) => Random.NextDouble() < probability;

    /// <summary>Something did not hold. An actor would catch what is thrown at it, so it is thrown at the end of the step; the first is what counts.</summary>
    public void Violate(string what) => _violation ??= what;

    /// <exception cref="ViolationException">Something did not hold.</exception>
    public void ThrowIfViolated()
    {
        if (_violation is { } violation)
        {
            throw new ViolationException(violation);
        }
    }

    public void Note(string who, string what)
    {
        if (isTraced)
        {
            _trace.Append(CultureInfo.InvariantCulture, $"{Now.TotalSeconds,10:0.000000} {who,-8} {what}\n");
        }
    }

    /// <summary>Runs until there is nothing left to do before this time.</summary>
    /// <exception cref="ViolationException">Something did not hold.</exception>
    public void RunUntil(TimeSpan end, Func<bool> runActors)
    {
        while (true)
        {
            while (runActors())
            {
                Look();
            }

            if (!_events.TryPeek(out var next, out var due) || due.At > end.Ticks)
            {
                Now = end;
                return;
            }

            _events.Dequeue();
            Now = TimeSpan.FromTicks(due.At);
            if (!next.IsCancelled)
            {
                next.Action();
                Look();
            }
        }
    }

    private void Look()
    {
        Observe?.Invoke();
        if (Observe is not null)
        {
            ThrowIfViolated();
        }
    }

    /// <summary>Something that will happen, unless it is cancelled.</summary>
    public sealed class Event(Action action)
    {
        public Action Action { get; } = action;

        public bool IsCancelled { get; private set; }

        public void Cancel() => IsCancelled = true;
    }
}

/// <summary>Something that was promised and did not hold.</summary>
internal sealed class ViolationException(string what) : Exception(what);
