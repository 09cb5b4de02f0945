using Coordination.Etcd.Transport;
using Etcdserverpb;
using Mvccpb;

namespace Coordination.Tests.Etcd.Transport;

public sealed class WatchFragmentsTests
{
    private readonly WatchFragments _fragments = new();

    [Fact]
    public void A_response_that_is_no_fragment_is_whole() => Assert.Equal("1 2", Join(false, 1, 2));

    [Fact]
    public void A_response_without_events_is_a_progress_report() => Assert.Equal("", Join(false));

    [Fact]
    public void A_revision_that_may_go_on_waits_for_the_next_fragment_and_whole_ones_go_out()
    {
        Assert.Equal("1 1 2", Join(true, 1, 1, 2, 3, 3));
        Assert.Null(Join(true, 3));
        Assert.Equal("3 3 3 3", Join(true, 3, 4));
        Assert.Equal("4 4 5", Join(false, 4, 5));
        Assert.Equal("6", Join(false, 6));
    }

    [Fact]
    public void A_last_fragment_without_events_ends_the_revision_that_waited()
    {
        Assert.Null(Join(true, 7, 7));
        Assert.Equal("7 7", Join(false));
        Assert.Equal("", Join(false));
    }

    private string? Join(bool isFragment, params long[] revisions)
    {
        var response = new WatchResponse { Fragment = isFragment };
        response.Events.AddRange(revisions.Select(r => new Event { Kv = new KeyValue { ModRevision = r } }));
        var events = _fragments.Join(response);
        return events.IsDefault ? null : string.Join(' ', events.Select(e => e.Current.ModRevision.Value));
    }
}
