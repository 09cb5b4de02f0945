using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Proxy;

public sealed class NumberingOnEmbedded(ProxiedEmbeddedFixture fixture) : NumberingContract(fixture), IClassFixture<ProxiedEmbeddedFixture>;

public sealed class NumberingOnRealEtcd(ProxiedEtcdFixture fixture) : NumberingContract(fixture), IClassFixture<ProxiedEtcdFixture>;

/// <summary>Watches through something that numbers them itself: each is told what it watches, and nothing of another.</summary>
public abstract class NumberingContract(ServerFixture fixture) : ServerContract(fixture, "numbering")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Many_watches_that_begin_together_are_each_told_their_own_keys()
    {
        const int Watches = 24;
        await using var etcd = Server.CreateClient();
        var told = new TaskCompletionSource<string>[Watches];
        var created = new CountdownEvent(Watches);
        var watches = new List<IEtcdWatch>();
        for (var n = 0; n < Watches; n++)
        {
            var first = told[n] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            watches.Add(etcd.Watch(new EtcdWatchSpec(KeyRange.Prefix($"{Name}/{n}/"), Revision.None), signal =>
            {
                switch (signal)
                {
                    case EtcdWatchSignal.Created:
                        created.Signal();
                        break;
                    case EtcdWatchSignal.Changes m:
                        first.TrySetResult(string.Join(' ', m.Events.Select(e => e.Current.Key)));
                        break;
                    case EtcdWatchSignal.Ended m:
                        first.TrySetException(m.Cause);
                        break;
                }
            }));
        }

        Assert.True(created.Wait(Limit));
        foreach (var n in Enumerable.Range(0, Watches).Reverse())
        {
            await etcd.PutAsync($"{Name}/{n}/1", "x");
        }

        for (var n = 0; n < Watches; n++)
        {
            Assert.Equal($"{Name}/{n}/1", await told[n].Task.WaitAsync(Limit));
            watches[n].Dispose();
        }
    }

    [Fact]
    public async Task A_watch_that_is_given_up_before_it_was_created_leaves_the_others_theirs()
    {
        await using var etcd = Server.CreateClient();
        for (var n = 0; n < 20; n++)
        {
            etcd.Watch(new EtcdWatchSpec($"{Name}/given-up/{n}", Revision.None), _ => { }).Dispose();
        }

        var (created, told) = (new Point(), new TaskCompletionSource<Bytes>(TaskCreationOptions.RunContinuationsAsynchronously));
        using var watch = etcd.Watch(new EtcdWatchSpec($"{Name}/kept", Revision.None), signal =>
        {
            if (signal is EtcdWatchSignal.Created)
            {
                created.Reach();
            }
            else if (signal is EtcdWatchSignal.Changes m)
            {
                told.TrySetResult(m.Events[0].Current.Key);
            }
        });
        await created.Reached.WaitAsync(Limit);
        await etcd.PutAsync($"{Name}/given-up/3", "x");
        await etcd.PutAsync($"{Name}/kept", "x");

        Assert.Equal($"{Name}/kept", (await told.Task.WaitAsync(Limit)).ToText());
    }

    [Fact]
    public async Task A_lock_whose_key_is_deleted_is_lost()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var handles = await system.Lock(Name + "/1").AcquireAsync(Limit);
        await using var handle = await system.Lock(Name + "/2").AcquireAsync(Limit);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = handle.Lost.Register(lost.SetResult);

        await etcd.DeleteAsync(new EtcdOp.Delete(Name + "/2"));
        await lost.Task.WaitAsync(Limit);

        Assert.Equal((false, true), (handle.IsHeld, handles.IsHeld));
    }

    [Fact]
    public async Task A_view_an_observer_and_a_waiting_lock_of_one_system_hear_their_own()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        var service = $"s{Guid.NewGuid():N}";
        using var discovery = system.Discover(service);
        await discovery.WaitForViewAsync(Limit);
        await using var leaders = system.Election(Name + "/e").ObserveAsync().GetAsyncEnumerator();
        Assert.True(await leaders.MoveNextAsync().AsTask().WaitAsync(Limit));
        await using var held = await other.Lock(Name + "/l").AcquireAsync(Limit);
        var waiting = system.Lock(Name + "/l").AcquireAsync(Limit);

        await using var leadership = await other.Election(Name + "/e").CampaignAsync("o");
        await using var registration = other.Register(new ServiceInstance { Service = service, Id = "1", Host = "h", Port = 1 });
        await held.ReleaseAsync();

        Assert.True(await leaders.MoveNextAsync().AsTask().WaitAsync(Limit));
        Assert.Equal("o", leaders.Current.Leader?.Value.ToText());
        await using var ours = await waiting.WaitAsync(Limit);
        Assert.True(ours.IsHeld);
        await discovery.UntilIdsAsync("1");
    }
}
