using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ElectionOnEmbedded(EmbeddedFixture fixture) : ElectionContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ElectionOnRealEtcd(RealEtcdFixture fixture) : ElectionContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What an election promises, on every server.</summary>
public abstract class ElectionContract(ServerFixture fixture) : ElectionTestBase(fixture)
{
    [Fact]
    public async Task The_leader_has_etcds_own_key_on_a_lease_of_its_own_with_the_term_as_its_create_revision()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();

        await using var leadership = await system.Election(Name).CampaignAsync("here");
        var stored = (await etcd.GetAsync(new EtcdOp.Get(leadership.Key))).First!;

        Assert.True(leadership.IsLeader);
        Assert.Equal($"{Name}/{leadership.Lease}", stored.Key.ToText());
        Assert.Equal("here", stored.Value.ToText());
        Assert.Equal(leadership.Term, stored.CreateRevision.Value);
        Assert.Equal(leadership.Lease, stored.Lease);
        Assert.NotEqual(system.SessionLease, leadership.Lease);
    }

    [Fact]
    public async Task Observers_are_told_who_leads_now_every_change_of_leader_or_value_and_that_there_is_none()
    {
        await using var system = Server.StartSystem();
        await using var observer = Server.StartSystem();
        var seen = observer.Election(Name).ObserveAsync().GetAsyncEnumerator();
        await seen.MoveNextAsync().InTime();
        Assert.Null(seen.Current.Leader);

        var first = await system.Election(Name).CampaignAsync("one");
        await seen.MoveNextAsync().InTime();
        Assert.Equal((first.Term, "one"), (seen.Current.Leader!.Term, seen.Current.Leader.Value.ToText()));
        var revision = await first.ProclaimAsync("two");
        await seen.MoveNextAsync().InTime();
        Assert.Equal((first.Term, revision, "two"), (seen.Current.Leader!.Term, seen.Current.Leader.Revision, seen.Current.Leader.Value.ToText()));
        await first.ResignAsync();
        await seen.MoveNextAsync().InTime();
        Assert.Null(seen.Current.Leader);
        await seen.DisposeAsync();
    }

    [Fact]
    public async Task A_late_observer_begins_with_the_leader()
    {
        await using var system = Server.StartSystem();
        await using var leadership = await system.Election(Name).CampaignAsync("here");
        await using var seen = system.Election(Name).ObserveAsync().GetAsyncEnumerator();

        await seen.MoveNextAsync().InTime();

        Assert.Equal(leadership.Term, seen.Current.Leader!.Term);
        Assert.Equal("here", (await system.Election(Name).GetLeaderAsync())!.Value.ToText());
    }

    [Fact]
    public async Task The_guard_lets_a_transaction_through_only_while_the_term_lasts()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var leadership = await system.Election(Name).CampaignAsync("here");
        var write = new EtcdOp.Txn { If = [leadership.Guard], Then = [new EtcdOp.Put(Name + ".data", "x")] };

        Assert.True((await etcd.TxnAsync(write)).Succeeded);
        await leadership.ProclaimAsync("still here");
        Assert.True((await etcd.TxnAsync(write)).Succeeded);
        await leadership.ResignAsync();
        Assert.False((await etcd.TxnAsync(write)).Succeeded);
        Assert.Equal(LossReason.Released, leadership.LossReason);
        Assert.False(leadership.Lost.IsCancellationRequested);
        var error = await Assert.ThrowsAsync<CoordinationException>(() => leadership.ProclaimAsync("too late"));
        Assert.Equal(CoordinationErrorKind.Lost, error.Kind);
        await etcd.DeleteAsync(new EtcdOp.Delete(Name + ".data"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a/")]
    [InlineData("a.coordination")]
    public async Task A_name_that_cannot_be_an_elections_is_refused(string name)
    {
        await using var system = Server.StartSystem();

        Assert.Throws<ArgumentException>(() => system.Election(name));
        Assert.Throws<ArgumentException>(() => system.Election(new string('n', 1025)));
        await Assert.ThrowsAsync<ArgumentException>(() => system.Election("a").CampaignAsync("", new CampaignOptions { Ttl = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public async Task A_value_that_etcd_does_not_take_is_refused_and_leaves_nothing()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();

        var error = await Assert.ThrowsAsync<EtcdException>(() => system.Election(Name).CampaignAsync(new byte[2 * 1024 * 1024]).WaitAsync(Limit));
        await using var leadership = await system.Election(Name).CampaignAsync("small");
        var refused = await Assert.ThrowsAsync<EtcdException>(() => leadership.ProclaimAsync(new byte[2 * 1024 * 1024]).WaitAsync(Limit));

        Assert.Equal(CoordinationErrorKind.TooLarge, error.Kind);
        Assert.Equal(CoordinationErrorKind.TooLarge, refused.Kind);
        Assert.True(leadership.IsLeader);
    }
}
