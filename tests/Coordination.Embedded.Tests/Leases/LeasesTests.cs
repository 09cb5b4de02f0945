using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Leases;

public sealed class LeasesTests : NodeFixture
{
    [Fact]
    public void A_short_time_to_live_is_raised_to_two_seconds()
    {
        Assert.Equal(2, Node.LeaseGrant(new LeaseGrantRequest { TTL = 1 }).TTL);
        Assert.Equal(2, Node.LeaseGrant(new LeaseGrantRequest { TTL = -7 }).TTL);
        Assert.Equal(3, Node.LeaseGrant(new LeaseGrantRequest { TTL = 3 }).TTL);
    }

    [Fact]
    public void Ids_are_chosen_by_the_server_or_the_client_but_never_twice()
    {
        Assert.Equal(77, Grant(5, 77));
        Assert.NotEqual(Grant(5), Grant(5));
        Refused(StatusCode.FailedPrecondition, "etcdserver: lease already exists", () => Grant(5, 77));
        Refused(StatusCode.OutOfRange, "etcdserver: too large lease TTL", () => Grant(9_000_000_001));
        Assert.Equal(9_000_000_000, Node.LeaseGrant(new LeaseGrantRequest { TTL = 9_000_000_000 }).TTL);
    }

    [Fact]
    public void Revoking_deletes_the_keys_in_order_and_in_one_revision()
    {
        var lease = Grant(5);
        Put("b", lease: lease);
        Put("a", lease: lease);
        var stream = Open();
        Watch(stream, WatchOf("\0", "\0"));
        Node.LeaseRevoke(new LeaseRevokeRequest { ID = lease });
        Assert.Equal("Delete:a@4 Delete:b@4", Show(Drain(stream)[^1]));
        Refused(StatusCode.NotFound, "etcdserver: requested lease not found", () => Node.LeaseRevoke(new LeaseRevokeRequest { ID = lease }));
    }

    [Fact]
    public void A_lease_expires_with_its_keys_and_a_renewal_prevents_it()
    {
        var lease = Grant(5);
        Put("a", lease: lease);
        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(5, Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = lease }).TTL);
        Time.Advance(TimeSpan.FromSeconds(4.9));
        Node.Sweep();
        Assert.Equal(1, Get("a").Count);
        Time.Advance(TimeSpan.FromSeconds(0.2));
        Node.Sweep();
        Assert.Equal(0, Get("a").Count);
        Assert.Equal(0, Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = lease }).TTL);
    }

    [Fact]
    public void An_expired_lease_cannot_be_renewed_even_before_the_sweep()
    {
        var lease = Grant(5);
        Put("a", lease: lease);
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = lease }).TTL);
        Assert.Equal(0, Get("a").Count);
    }

    [Fact]
    public void A_key_belongs_to_the_lease_of_its_last_put()
    {
        var (first, second) = (Grant(5), Grant(5));
        Put("a", lease: first);
        Put("a", lease: second);
        Put("b", lease: first);
        Put("b");
        Node.LeaseRevoke(new LeaseRevokeRequest { ID = first });
        Assert.Equal(2, Get("a", "z").Count);
        Node.LeaseRevoke(new LeaseRevokeRequest { ID = second });
        Assert.Equal("b", Assert.Single(Get("a", "z").Kvs).Key.ToStringUtf8());
    }

    [Fact]
    public void Time_to_live_shows_what_is_left_and_the_keys()
    {
        var lease = Grant(10);
        Put("b", lease: lease);
        Put("a", lease: lease);
        Time.Advance(TimeSpan.FromSeconds(0.5));
        var reply = Node.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = lease, Keys = true });
        Assert.Equal((9L, 10L), (reply.TTL, reply.GrantedTTL));
        Assert.Equal(["a", "b"], reply.Keys.Select(key => key.ToStringUtf8()));
        Assert.Equal(-1, Node.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = 5 }).TTL);
    }

    [Fact]
    public void Leases_are_listed_by_their_remaining_time()
    {
        Grant(30, 1);
        Grant(10, 2);
        Grant(20, 3);
        Assert.Equal([2L, 3L, 1L], Node.LeaseLeases().Leases.Select(lease => lease.ID));
    }

    [Fact]
    public void A_sweep_revokes_at_most_500_leases()
    {
        for (var i = 0; i < 600; i++)
        {
            Grant(5);
        }

        Time.Advance(TimeSpan.FromSeconds(5));
        Node.Sweep();
        Assert.Equal(100, Node.LeaseLeases().Leases.Count);
        Node.Sweep();
        Assert.Empty(Node.LeaseLeases().Leases);
    }

    [Fact]
    public void A_restart_gives_every_lease_its_whole_time_again_and_raises_the_term()
    {
        var lease = Grant(10);
        Time.Advance(TimeSpan.FromSeconds(9));
        Node.Restart();
        Time.Advance(TimeSpan.FromSeconds(9));
        Node.Sweep();
        Assert.Equal(lease, Assert.Single(Node.LeaseLeases().Leases).ID);
        Assert.Equal(3UL, Node.Header().RaftTerm);
    }
}
