using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Coordination.Diagnostics;

/// <summary>The systems of this process, for the instruments that are asked.</summary>
internal static class LiveSystems
{
    private static readonly ConcurrentDictionary<CoordinationContext, byte> All = new();

    public static void Add(CoordinationContext context)
    {
        All.TryAdd(context, 0);
        CoordinationMeter.Begin();
    }

    public static void Remove(CoordinationContext context) => All.TryRemove(context, out _);

    public static IEnumerable<Measurement<long>> Holders() => PerKind((metrics, kind) => metrics.Holders(kind));

    public static IEnumerable<Measurement<long>> Waiters() => PerKind((metrics, kind) => metrics.Waiters(kind));

    public static IEnumerable<Measurement<double>> Validity() => All.Keys.Select(context =>
        new Measurement<double>(context.Session.Lease?.ValidFor.TotalSeconds ?? 0, context.Metrics.System));

    public static IEnumerable<Measurement<long>> Terms() => All.Keys.Select(context => new Measurement<long>(context.Metrics.Terms, context.Metrics.System));

    public static IEnumerable<Measurement<long>> Registrations() =>
        from context in All.Keys
        from state in context.Registrations.Cells.GroupBy(cell => cell.Health.State)
        select new Measurement<long>(state.Count(), context.Metrics.System, Tag(MetricTags.State, MetricTags.Of(state.Key)));

    public static IEnumerable<Measurement<long>> Views() =>
        from context in All.Keys
        from state in context.Discoveries.Feeds.GroupBy(feed => feed.Current.IsStale)
        select new Measurement<long>(state.Count(), context.Metrics.System, Tag(MetricTags.State, StateOf(state.Key)));

    public static IEnumerable<Measurement<long>> ViewSizes() =>
        from context in All.Keys
        from view in context.Discoveries.Feeds.Select(feed => feed.Current).GroupBy(view => (view.IsStale, Name: context.Metrics.HasNames ? view.Service : null))
        select new Measurement<long>(
            view.Sum(v => v.Instances.Length),
            view.Key.Name is null
                ? [context.Metrics.System, Tag(MetricTags.State, StateOf(view.Key.IsStale))]
                : [context.Metrics.System, Tag(MetricTags.State, StateOf(view.Key.IsStale)), Tag(MetricTags.Service, view.Key.Name)]);

    private static IEnumerable<Measurement<long>> PerKind(Func<SystemMetrics, LockKind, long> count) =>
        from context in All.Keys
        from kind in Enum.GetValues<LockKind>()
        select new Measurement<long>(count(context.Metrics, kind), context.Metrics.System, Tag(MetricTags.Kind, MetricTags.Of(kind)));

    private static string StateOf(bool isStale) => isStale ? "stale" : "live";

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
