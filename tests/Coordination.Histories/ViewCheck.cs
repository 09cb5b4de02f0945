using Coordination.Etcd;

namespace Coordination.Histories;

/// <summary>Whether a discovery told what became of the instances of a service: each change at its revision, none missing, none twice, and each whole view as of its revision.</summary>
/// <param name="history">What happened to the keys of the service.</param>
/// <param name="layout">How instances are written. Only layouts with one key for each instance.</param>
internal sealed class ViewCheck(WrittenHistory history, ServiceLayout layout)
{
    /// <summary>What the messages add up to, after each.</summary>
    public static IEnumerable<Dictionary<Bytes, ServiceInstance>> States(IEnumerable<ServiceChange> told)
    {
        var state = new Dictionary<Bytes, ServiceInstance>();
        foreach (var change in told)
        {
            switch (change)
            {
                case ServiceChange.Resynced e:
                    state = e.View.Instances.ToDictionary(i => i.Key);
                    break;
                case ServiceChange.Down e:
                    state.Remove(e.Instance.Key);
                    break;
                case ServiceChange.Up or ServiceChange.Changed:
                    state[InstanceOf(change).Key] = InstanceOf(change);
                    break;
            }

            yield return new Dictionary<Bytes, ServiceInstance>(state);
        }
    }

    /// <summary>The first thing that is wrong with what was told; null when nothing is.</summary>
    public string? Follow(IEnumerable<ServiceChange> told)
    {
        var state = new Dictionary<Bytes, ServiceInstance>();
        var at = Revision.None;
        var pending = new Queue<ServiceChange>();
        foreach (var change in told)
        {
            switch (change)
            {
                case ServiceChange.Resynced e:
                    if (e.Reason is not ViewReason.Resumed)
                    {
                        at = e.Revision;
                        state = Group(history.KeysAt(at));
                    }

                    if (!state.Values.OrderBy(i => i.Id).SequenceEqual(e.View.Instances.OrderBy(i => i.Id), Same))
                    {
                        return $"the view at {e.Revision} ({e.Reason}) is [{Text(e.View.Instances)}] instead of [{Text(state.Values)}]";
                    }

                    break;
                case ServiceChange.Stale:
                    break;
                default:
                    if (change.Revision > at)
                    {
                        if (pending.TryPeek(out var left))
                        {
                            return $"{left} was not told";
                        }

                        foreach (var due in Changes(state, history.Between(at, change.Revision)))
                        {
                            pending.Enqueue(due);
                        }

                        at = change.Revision;
                    }

                    if (!pending.TryDequeue(out var expected) || expected.GetType() != change.GetType() || expected.Revision != change.Revision
                        || !InstanceOf(expected).SaysTheSameAs(InstanceOf(change)))
                    {
                        return $"{change} was told instead of {expected?.ToString() ?? "nothing"}";
                    }

                    break;
            }
        }

        return pending.Count == 0 ? null : $"{pending.Peek()} was not told";
    }

    private static IEqualityComparer<ServiceInstance> Same { get; } =
        EqualityComparer<ServiceInstance>.Create(static (a, b) => a!.SaysTheSameAs(b!), static instance => instance.Id.GetHashCode(StringComparison.Ordinal));

    private static string Text(IEnumerable<ServiceInstance> instances) => string.Join(", ", instances.Select(i => i.ToString()));

    private static ServiceInstance InstanceOf(ServiceChange change) => change switch
    {
        ServiceChange.Up e => e.Instance,
        ServiceChange.Changed e => e.Instance,
        ServiceChange.Down e => e.Instance,
        _ => throw new ArgumentException("no single change", nameof(change)),
    };

    /// <summary>What the history says, in the words of a discovery.</summary>
    private List<ServiceChange> Changes(Dictionary<Bytes, ServiceInstance> state, IEnumerable<EtcdEvent> events)
    {
        var changes = new List<ServiceChange>();
        foreach (var e in events)
        {
            var before = state.GetValueOrDefault(e.Current.Key);
            var after = e.IsDelete ? null : Group([e.Current]).GetValueOrDefault(e.Current.Key);
            var revision = e.Current.ModRevision;
            switch (before, after)
            {
                case (null, { } up):
                    changes.Add(new ServiceChange.Up(up.Service, revision, up));
                    break;
                case ({ } down, null):
                    changes.Add(new ServiceChange.Down(down.Service, revision, down));
                    break;
                case ({ } old, { } now) when !old.SaysTheSameAs(now):
                    changes.Add(new ServiceChange.Changed(now.Service, revision, now, old));
                    break;
            }

            if (after is null)
            {
                state.Remove(e.Current.Key);
            }
            else
            {
                state[e.Current.Key] = after;
            }
        }

        return changes;
    }

    private Dictionary<Bytes, ServiceInstance> Group(IEnumerable<KeyValue> keys) => keys
        .Select(kv => layout.Read(layout.GroupOf(kv.Key)!.Value.Service, kv.Key, [kv]).Instance)
        .OfType<ServiceInstance>()
        .ToDictionary(i => i.Key);
}
