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

    public void Note(string who, string what)
    {
        if (isTraced)
        {
            _trace.Append(CultureInfo.InvariantCulture, $"{Now.TotalSeconds,10:0.000000} {who,-8} {what}\n");
        }
    }

    /// <summary>Runs until there is nothing left to do before this time.</summary>
    public void RunUntil(TimeSpan end, Func<bool> runActors)
    {
        while (true)
        {
            while (runActors())
            {
                Observe?.Invoke();
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
                Observe?.Invoke();
            }
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
