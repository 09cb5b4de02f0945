using Coordination.Discovery.Views;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

public sealed class ChangeReaderTests
{
    [Fact]
    public async Task A_reader_that_is_too_slow_gets_the_newest_view_with_the_difference_to_what_it_read()
    {
        var feed = new ServiceFeed("web", new DiscoveryOptions { ChangeBuffer = 2 });
        Publish(feed, 1, "a");
        var reader = feed.AddReader();
        await using var changes = reader.ReadAsync(default).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        Assert.Equal(ViewReason.Snapshot, Assert.IsType<ServiceChange.Resynced>(changes.Current).Reason);

        Publish(feed, 2, "a", "b");
        await changes.MoveNextAsync();
        Assert.Equal("b", Assert.IsType<ServiceChange.Up>(changes.Current).Instance.Id);
        Publish(feed, 3, "a", "b", "c");
        Publish(feed, 4, "a", "b", "c", "d");
        Publish(feed, 5, "b", "c", "d");
        Publish(feed, 6, "b", "d");
        await changes.MoveNextAsync();

        var whole = Assert.IsType<ServiceChange.Resynced>(changes.Current);
        Assert.Equal((ViewReason.Conflated, 6), (whole.Reason, whole.Revision.Value));
        Assert.Equal(["Down a", "Up d"], whole.Difference.Select(Text));
        Publish(feed, 7, "b");
        await changes.MoveNextAsync();
        Assert.Equal("Down d", Text(changes.Current));
        reader.Complete();
        Assert.False(await changes.MoveNextAsync());
    }

    private static string Text(ServiceChange change) => change switch
    {
        ServiceChange.Up e => $"Up {e.Instance.Id}",
        ServiceChange.Down e => $"Down {e.Instance.Id}",
        _ => change.GetType().Name,
    };

    private static void Publish(ServiceFeed feed, long revision, params string[] ids)
    {
        var view = new ServiceView(
            "web", [.. ids.Select(id => new ServiceInstance { Service = "web", Id = id, Host = "h", Port = 1, Key = id })], new Revision(revision), false, []);
        feed.Publish(view, ViewDifference.Between(feed.Current, view));
    }
}
