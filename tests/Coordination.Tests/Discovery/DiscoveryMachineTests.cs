using System.Collections.Immutable;
using Coordination.Discovery.Views;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

public sealed class DiscoveryMachineTests
{
    private static readonly ServiceLayout Layout = ServiceLayout.Plain("/{service}/{id}");
    private static readonly EtcdException Away = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "away");

    private readonly List<ServiceChange> _told = [];
    private DiscoveryMachine _machine = new(Layout, 100, "web");
    private DiscoveryState _state = DiscoveryState.Initial;
    private ServiceView _view = ServiceView.Unknown("web");

    [Fact]
    public void The_first_reading_is_a_snapshot_and_changes_follow()
    {
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3)]));
        Tell(new WatchEvent.Changed(new Revision(7), [Change("b", "h:2", 6), Change("a", "h:9", 7)]));
        Tell(new WatchEvent.Changed(new Revision(8), [Gone("b", 8)]));

        Assert.Equal(["Resynced Snapshot a", "Up b@6", "Changed a@7", "Down b@8"], Told());
        Assert.Equal(["h:9"], _view.Instances.Select(i => i.Address));
    }

    [Fact]
    public void A_renewal_with_the_same_words_is_no_change_but_the_view_knows_the_lease()
    {
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3)]));
        Tell(new WatchEvent.Changed(new Revision(6), [Change("a", "h:1", 6, lease: 9)]));

        Assert.Equal(["Resynced Snapshot a"], Told());
        Assert.Equal((new LeaseId(9), new Revision(6)), (_view.Instances[0].Lease, _view.Instances[0].Revision));
    }

    [Fact]
    public void An_outage_marks_the_view_stale_and_leaves_it_and_it_ends_with_a_whole_view()
    {
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3)]));
        Tell(new WatchEvent.Interrupted(Away));
        Assert.True(_view.IsStale);
        Assert.Single(_view.Instances);
        Tell(new WatchEvent.Resumed(new Revision(9)));

        Assert.Equal(["Resynced Snapshot a", "Stale", "Resynced Resumed a"], Told());
        Assert.Empty(((ServiceChange.Resynced)_told[2]).Difference);
        Assert.False(_view.IsStale);
    }

    [Fact]
    public void A_cut_history_is_told_as_a_difference()
    {
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3), Put("b", "h:2", 4), Put("c", "h:3", 5)]));
        Tell(new WatchEvent.Interrupted(Away));
        Tell(new WatchEvent.Resynced(new Revision(2), [Put("b", "h:9", 2), Put("c", "h:3", 2), Put("d", "h:4", 1)], []));

        var whole = Assert.IsType<ServiceChange.Resynced>(_told[^1]);
        Assert.Equal(ViewReason.HistoryLost, whole.Reason);
        Assert.Equal(["Down a@2", "Changed b@2", "Up d@2"], whole.Difference.Select(Text));
        Assert.Equal(new Revision(2), _view.Revision);
    }

    [Fact]
    public void The_keys_of_one_revision_count_together()
    {
        _machine = new DiscoveryMachine(ServiceLayout.FourField(), 100, "web");
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), []));
        Tell(new WatchEvent.Changed(new Revision(6), [Raw("web", "web", 6), Raw("web.ip", "h", 6), Raw("web.port", "1", 6), Raw("web.protocol", "grpc", 6), Raw("web2", "web2", 6)]));
        Tell(new WatchEvent.Changed(new Revision(7), [Raw("web.ip", "i", 7), Raw("web.port", "2", 7)]));
        Tell(new WatchEvent.Changed(new Revision(8), [RawGone("web.port", 8)]));
        Assert.Contains("web.port", Assert.Single(_view.Rejected).Reason, StringComparison.Ordinal);
        Tell(new WatchEvent.Changed(new Revision(9), [RawGone("web", 9), RawGone("web.ip", 9), RawGone("web.protocol", 9)]));

        Assert.Equal(["Resynced Snapshot ", "Up web@6", "Changed web@7", "Down web@8"], Told());
        Assert.Empty(_view.Rejected);
    }

    [Fact]
    public void A_value_that_becomes_poison_is_down_and_set_aside_and_comes_back()
    {
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3)]));
        Tell(new WatchEvent.Changed(new Revision(6), [Change("a", "poison", 6)]));
        Assert.Equal((Bytes)"/web/a", Assert.Single(_view.Rejected).Key);
        Tell(new WatchEvent.Changed(new Revision(7), [Change("a", "h:1", 7)]));

        Assert.Equal(["Resynced Snapshot a", "Down a@6", "Up a@7"], Told());
        Assert.Empty(_view.Rejected);
    }

    [Fact]
    public void Beyond_the_limit_instances_are_set_aside_and_let_in_when_there_is_room()
    {
        _machine = new DiscoveryMachine(Layout, 2, "web");
        Follow();
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("a", "h:1", 3), Put("b", "h:2", 4), Put("c", "h:3", 5)]));
        Assert.Equal((Bytes)"/web/c", Assert.Single(_view.Rejected).Key);
        Tell(new WatchEvent.Changed(new Revision(6), [Gone("a", 6)]));

        Assert.Equal(["Resynced Snapshot a b", "Down a@6", "Up c@6"], Told());
    }

    [Fact]
    public void Who_follows_after_a_failure_gets_the_difference_to_the_last_view()
    {
        Tell(new WatchEvent.Snapshot(new Revision(5), [Put("b", "h:2", 4)]));
        var before = ServiceView.Unknown("web") with
        {
            Revision = new Revision(3), Instances = [new ServiceInstance { Service = "web", Id = "a", Host = "h", Port = 1, Key = "/web/a" }],
        };
        Take(_machine.Follow(_state, before));

        Assert.Equal(["Down a@5", "Up b@5"], Assert.IsType<ServiceChange.Resynced>(Assert.Single(_told)).Difference.Select(Text));
    }

    /// <summary>Random histories, told as a watch tells them: whoever applies the messages has the view, and the view is what the keys say.</summary>
    [Fact]
    public void Applied_in_order_the_messages_make_the_view_and_the_view_is_what_the_keys_say()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var limit = random.Next(1, 6);
            _machine = new DiscoveryMachine(Layout, limit, "web");
            (_state, _view) = (DiscoveryState.Initial, ServiceView.Unknown("web"));
            _told.Clear();
            Follow();
            var store = new SortedDictionary<string, KeyValue>(StringComparer.Ordinal);
            var revision = 1L;
            Tell(new WatchEvent.Snapshot(new Revision(revision), []));
            for (var step = 0; step < 40; step++)
            {
                var events = ImmutableArray.CreateBuilder<EtcdEvent>();
                for (var n = random.Next(1, 4); n > 0; n--)
                {
                    var id = "abcdef"[random.Next(6)].ToString();
                    revision++;
                    if (random.Next(3) == 0)
                    {
                        store.Remove(id);
                        events.Add(Gone(id, revision));
                    }
                    else
                    {
                        var put = Put(id, random.Next(4) == 0 ? "poison" : $"h:{random.Next(1, 3)}", revision);
                        store[id] = put;
                        events.Add(new EtcdEvent(false, put, null));
                    }
                }

                switch (random.Next(6))
                {
                    case 0:
                        Tell(new WatchEvent.Interrupted(Away));
                        Tell(new WatchEvent.Resynced(new Revision(revision), [.. store.Values], []));
                        break;
                    default:
                        Tell(new WatchEvent.Changed(new Revision(revision), events.ToImmutable()));
                        break;
                }

                var expected = store.Values.Select(kv => (kv.Key.ToText()[5..], kv.Value.ToText())).Where(kv => kv.Item2 != "poison").ToList();
                Assert.True(
                    expected.Take(limit).SequenceEqual(_view.Instances.Select(i => (i.Id, i.Address))), $"seed {seed} step {step}");
                Assert.True(Fold().SetEquals(_view.Instances.Select(i => (i.Id, i.Address))), $"messages: seed {seed} step {step}");
            }
        }
    }

    private HashSet<(string, string)> Fold()
    {
        var instances = new Dictionary<string, string>();
        foreach (var change in _told.SelectMany(c => c is ServiceChange.Resynced { Difference: var parts } ? parts : [c]))
        {
            switch (change)
            {
                case ServiceChange.Up e:
                    instances.Add(e.Instance.Id, e.Instance.Address);
                    break;
                case ServiceChange.Changed e:
                    Assert.Equal(instances[e.Instance.Id], e.Previous.Address);
                    instances[e.Instance.Id] = e.Instance.Address;
                    break;
                case ServiceChange.Down e:
                    Assert.True(instances.Remove(e.Instance.Id));
                    break;
            }
        }

        return [.. instances.Select(i => (i.Key, i.Value))];
    }

    private static KeyValue Put(string id, string value, long revision, long lease = 0) => Kv($"/web/{id}", value, revision, lease);

    private static KeyValue Kv(string key, string value, long revision, long lease = 0) =>
        new(key, value, new Revision(revision), new Revision(revision), 1, new LeaseId(lease));

    private static EtcdEvent Change(string id, string value, long revision, long lease = 0) => new(false, Put(id, value, revision, lease), null);

    private static EtcdEvent Gone(string id, long revision) => RawGone($"/web/{id}", revision);

    private static EtcdEvent Raw(string key, string value, long revision) => new(false, Kv(key, value, revision), null);

    private static EtcdEvent RawGone(string key, long revision) =>
        new(true, new KeyValue(key, Bytes.Empty, Revision.None, new Revision(revision), 0, LeaseId.None), null);

    private static string Text(ServiceChange change) => change switch
    {
        ServiceChange.Resynced e => $"Resynced {e.Reason} {string.Join(' ', e.View.Instances.Select(i => i.Id))}",
        ServiceChange.Up e => $"Up {e.Instance.Id}@{e.Revision}",
        ServiceChange.Changed e => $"Changed {e.Instance.Id}@{e.Revision}",
        ServiceChange.Down e => $"Down {e.Instance.Id}@{e.Revision}",
        _ => change.GetType().Name,
    };

    private IEnumerable<string> Told() => _told.Select(Text);

    private void Follow() => Take(_machine.Follow(_state, ServiceView.Unknown("web")));

    private void Tell(WatchEvent told) => Take(_machine.Handle(_state, told));

    private void Take((DiscoveryState State, ImmutableArray<ViewNews> News) step)
    {
        _state = step.State;
        foreach (var news in step.News)
        {
            _view = news.View;
            _told.AddRange(news.Changes);
        }
    }
}
