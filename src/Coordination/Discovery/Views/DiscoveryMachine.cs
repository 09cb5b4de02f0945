using System.Collections.Immutable;
using Coordination.Etcd;
using Step = (Coordination.Discovery.Views.DiscoveryState State, System.Collections.Immutable.ImmutableArray<Coordination.Discovery.Views.ViewNews> News);

namespace Coordination.Discovery.Views;

/// <summary>
/// The rules of a discovery, pure: what a watch tells becomes views and changes of services. A view only changes by what etcd says: an error marks it
/// stale and leaves it as it is. All keys of one revision count at once, so an instance with several keys is never seen half.
/// </summary>
internal sealed class DiscoveryMachine(ServiceLayout layout, int maxInstances, string? onlyService)
{
    /// <summary>Somebody follows a service. <paramref name="before"/> is the last view that was told of it, maybe by a predecessor.</summary>
    public Step Follow(DiscoveryState state, ServiceView before)
    {
        var followed = state with { Told = state.Told.SetItem(before.Service, before) };
        if (!state.IsKnown)
        {
            return (followed, []);
        }

        var whole = Whole(followed, before.Service, before.IsKnown ? ViewReason.HistoryLost : ViewReason.Snapshot);
        return state.Error is null ? whole : Then(whole, s => Interrupt(s, before.Service, state.Error));
    }

    public static DiscoveryState Unfollow(DiscoveryState state, string service) => state with { Told = state.Told.Remove(service) };

    public Step Handle(DiscoveryState state, WatchEvent told) => told switch
    {
        WatchEvent.Snapshot m => OnListed(state, m.Revision, m.KeyValues),
        WatchEvent.Resynced m => OnListed(state, m.Revision, m.KeyValues),
        WatchEvent.Changed m => OnChanged(state, m.Revision, m.Events),
        WatchEvent.Interrupted m => ForAll(state with { Error = m.Error }, (s, service) => Interrupt(s, service, m.Error)),

        // What happened meanwhile follows: the view is still that of its revision.
        WatchEvent.Resumed when state.IsKnown => ForAll(state with { Error = null }, (s, service) => Whole(s, service, ViewReason.Resumed)),
        _ => (state, []),
    };

    private Step OnListed(DiscoveryState state, Revision revision, ImmutableArray<KeyValue> keys)
    {
        var services = keys
            .Select(kv => (Kv: kv, At: GroupOf(kv.Key)))
            .Where(found => found.At is not null)
            .GroupBy(found => found.At!.Value.Service)
            .ToImmutableDictionary(
                service => service.Key,
                service => new ServiceEntries(service
                    .GroupBy(found => found.At!.Value.Group, found => found.Kv)
                    .ToImmutableSortedDictionary(group => group.Key, group => Read(service.Key, group.Key, [.. group]))));
        return ForAll(
            state with { Revision = revision, Error = null, Services = services },
            (s, service) => Whole(s, service, s.Told[service].IsKnown ? ViewReason.HistoryLost : ViewReason.Snapshot));
    }

    private Step OnChanged(DiscoveryState state, Revision revision, ImmutableArray<EtcdEvent> events)
    {
        var changes = new Dictionary<string, List<ServiceChange>>();
        var services = state.Services;
        foreach (var atOnce in ByRevision(events))
        {
            var touched = new Dictionary<(string Service, Bytes Group), EntryGroup>();
            foreach (var e in atOnce)
            {
                if (GroupOf(e.Current.Key) is { } at)
                {
                    var group = touched.GetValueOrDefault(at) ?? GroupIn(services, at);
                    var others = group.Keys.RemoveAll(kv => kv.Key == e.Current.Key);
                    touched[at] = group with { Keys = e.IsDelete ? others : others.Add(e.Current) };
                }
            }

            foreach (var (at, group) in touched)
            {
                var before = GroupIn(services, at).Reading.Instance;
                var after = group.Keys.IsEmpty ? EntryGroup.Empty : Read(at.Service, at.Group, group.Keys);
                services = Replace(services, at, after);
                if (!changes.TryGetValue(at.Service, out var list))
                {
                    changes.Add(at.Service, list = []);
                }

                if (ViewDifference.Between(at.Service, atOnce[0].Current.ModRevision, before, after.Reading.Instance) is { } change)
                {
                    list.Add(change);
                }
            }
        }

        var next = state with { Revision = revision, Services = services };
        return changes.Where(c => state.Told.ContainsKey(c.Key)).Aggregate(
            new Step(next, []), (step, c) => Then(step, s => Update(s, c.Key, [.. c.Value])));
    }

    private static IEnumerable<List<EtcdEvent>> ByRevision(ImmutableArray<EtcdEvent> events)
    {
        var atOnce = new List<EtcdEvent>();
        foreach (var e in events)
        {
            if (atOnce.Count > 0 && atOnce[0].Current.ModRevision != e.Current.ModRevision)
            {
                yield return atOnce;
                atOnce = [];
            }

            atOnce.Add(e);
        }

        if (atOnce.Count > 0)
        {
            yield return atOnce;
        }
    }

    private (string Service, Bytes Group)? GroupOf(Bytes key) =>
        layout.GroupOf(key) is { } at && (onlyService is null || at.Service == onlyService) ? at : null;

    private static EntryGroup GroupIn(ImmutableDictionary<string, ServiceEntries> services, (string Service, Bytes Group) at) =>
        services.GetValueOrDefault(at.Service, ServiceEntries.Empty).Groups.GetValueOrDefault(at.Group, EntryGroup.Empty);

    private static ImmutableDictionary<string, ServiceEntries> Replace(
        ImmutableDictionary<string, ServiceEntries> services, (string Service, Bytes Group) at, EntryGroup group)
    {
        var groups = services.GetValueOrDefault(at.Service, ServiceEntries.Empty).Groups;
        groups = group.Keys.IsEmpty ? groups.Remove(at.Group) : groups.SetItem(at.Group, group);
        return groups.IsEmpty ? services.Remove(at.Service) : services.SetItem(at.Service, new ServiceEntries(groups));
    }

    private EntryGroup Read(string service, Bytes group, ImmutableArray<KeyValue> keys) => new(keys, layout.Read(service, group, keys));

    private Step Whole(DiscoveryState state, string service, ViewReason reason)
    {
        var view = View(state, service);
        return Tell(state, view, [new ServiceChange.Resynced(service, view.Revision, view, ViewDifference.Between(state.Told[service], view), reason)]);
    }

    private static Step Interrupt(DiscoveryState state, string service, EtcdException error)
    {
        var told = state.Told[service];
        return Tell(state, told with { IsStale = true }, [new ServiceChange.Stale(service, told.Revision, error)]);
    }

    private Step Update(DiscoveryState state, string service, ImmutableArray<ServiceChange> changes)
    {
        // At the limit single changes do not add up to the view: one that leaves lets another in.
        var before = state.Told[service];
        var view = View(state, service);
        var isLimited = Math.Max(before.Instances.Length, view.Instances.Length) >= maxInstances;
        return Tell(state, view, isLimited ? ViewDifference.Between(before, view) : changes);
    }

    private static Step Tell(DiscoveryState state, ServiceView view, ImmutableArray<ServiceChange> changes) =>
        (state with { Told = state.Told.SetItem(view.Service, view) }, [new ViewNews(view, changes)]);

    private ServiceView View(DiscoveryState state, string service)
    {
        var instances = ImmutableArray.CreateBuilder<ServiceInstance>();
        var rejected = ImmutableArray.CreateBuilder<RejectedEntry>();
        foreach (var (key, group) in state.Of(service).Groups)
        {
            if (group.Reading.Instance is not { } instance)
            {
                rejected.Add(new RejectedEntry(key, group.Reading.Problem ?? "", group.Keys.Max(kv => kv.ModRevision)));
            }
            else if (instances.Count >= maxInstances)
            {
                rejected.Add(new RejectedEntry(key, $"there are more than {maxInstances} instances (MaxInstances)", instance.Revision));
            }
            else
            {
                instances.Add(instance);
            }
        }

        // Mostly they are in order already: ids are the ends of the keys.
        instances.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id) is not 0 and var order ? order : a.Key.CompareTo(b.Key));
        return new ServiceView(service, instances.ToImmutable(), state.Revision, state.Error is not null, rejected.ToImmutable());
    }

    private static Step ForAll(DiscoveryState state, Func<DiscoveryState, string, Step> next) =>
        state.Told.Keys.Aggregate(new Step(state, []), (step, service) => Then(step, s => next(s, service)));

    private static Step Then(Step step, Func<DiscoveryState, Step> next)
    {
        var (state, news) = next(step.State);
        return (state, step.News.AddRange(news));
    }
}
