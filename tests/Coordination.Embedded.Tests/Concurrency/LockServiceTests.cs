using Coordination.Embedded.Tests.Testing;
using V3Lockpb;

namespace Coordination.Embedded.Tests.Concurrency;

/// <summary>What the lock service does beyond what a real etcd is compared with.</summary>
public sealed class LockServiceTests : ServerFixture
{
    private V3Lockpb.Lock.LockClient Locks => new(Channel);

    [Fact]
    public async Task A_waiter_whose_lease_expires_is_never_granted_the_lock()
    {
        var (holder, waiter) = (await GrantAsync(100), await GrantAsync(5));
        var held = await LockAsync(holder);
        var waiting = LockAsync(waiter);
        await UntilRevisionAsync(3);
        Etcd.Faults.ExpireLease(waiter);
        await Locks.UnlockAsync(new UnlockRequest { Key = held.Key }, cancellationToken: Deadline);
        Assert.Equal("mutex: session is expired", (await FailsAsync(waiting)).Status.Detail);
    }

    [Fact]
    public async Task Without_a_lease_the_server_grants_one()
    {
        var held = await LockAsync(0);
        Assert.NotEqual(0, (await GetAsync(held.Key.ToStringUtf8())).Kvs[0].Lease);
    }

    [Fact]
    public async Task Who_waits_is_disconnected_like_a_stream_and_leaves_the_line()
    {
        var holder = await LockAsync(await GrantAsync(100));
        var waiting = LockAsync(await GrantAsync(100));
        await UntilRevisionAsync(3);
        Etcd.Faults.DisconnectStreams();
        await FailsAsync(waiting);
        await UntilRevisionAsync(4);
        Assert.Equal(1, (await GetAsync(holder.Key.ToStringUtf8())).Count);
    }

    [Fact]
    public async Task The_reply_to_a_lock_can_be_lost_after_it_was_granted()
    {
        var lease = await GrantAsync(100);
        Etcd.Faults.DropRepliesAfterCommit(1);
        await FailsAsync(LockAsync(lease));
        Assert.Equal(2, Etcd.Revision);
        await LockAsync(lease);
        Assert.Equal(2, Etcd.Revision);
    }

    private async Task<LockResponse> LockAsync(long lease) =>
        await Locks.LockAsync(new LockRequest { Name = B("job"), Lease = lease }, cancellationToken: Deadline);
}
