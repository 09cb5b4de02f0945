using Coordination.Elections.Bench;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Faults;

/// <summary>Elections with other programs in them, and with faults, on a real etcd.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ElectionFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task Etcdctl_and_we_take_turns_in_one_contest_and_observers_on_both_sides_agree()
    {
        await using var system = _etcd.StartSystem();
        var election = system.Election("e");
        await using var theirObserver = new EtcdctlElect(_etcd.Endpoint, "e", null);
        await using var ourObserver = election.ObserveAsync().GetAsyncEnumerator();
        await ourObserver.MoveNextAsync().InTime();

        var ours = await election.CampaignAsync("ours");
        await using var theirs = new EtcdctlElect(_etcd.Endpoint, "e", "theirs");
        await UntilLineAsync(election, 2);
        var again = election.CampaignAsync("ours again");
        await UntilLineAsync(election, 3);
        Assert.Equal((ours.Key.ToText(), "ours"), await theirObserver.NextAsync());
        Assert.False(theirs.HasTold);

        await ours.ResignAsync();
        var theirKey = (await theirs.NextAsync()).Key;
        Assert.Equal((theirKey, "theirs"), await theirObserver.NextAsync());
        Assert.False(again.IsCompleted);

        await theirs.InterruptAsync();
        await using var second = await again.WaitAsync(Limit);
        Assert.Equal((second.Key.ToText(), "ours again"), await theirObserver.NextAsync());

        var seen = new List<string?>();
        while (seen.Count < 3)
        {
            await ourObserver.MoveNextAsync().InTime();
            seen.Add(ourObserver.Current.Leader?.Key.ToText());
        }

        Assert.Equal([ours.Key.ToText(), theirKey, second.Key.ToText()], seen);
        Assert.True(second.Term > ours.Term);
    }

    [Fact]
    public async Task A_leader_that_crashes_is_replaced_within_the_TTL_and_a_second()
    {
        var crashing = _etcd.StartSystem("crashing", Ttl);
        await using var other = _etcd.StartSystem("other");
        var leader = await crashing.Election("e").CampaignAsync("1");
        var waiting = other.Election("e").CampaignAsync("2");
        await UntilLineAsync(other.Election("e"), 2);
        var start = TimeProvider.System.GetTimestamp();

        await crashing.AbortAsync();
        await using var next = await waiting.WaitAsync(Limit);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Ttl + TimeSpan.FromSeconds(1));
        Assert.True(next.Term > leader.Term);
        Assert.False(leader.IsLeader);
    }

    [Fact]
    public async Task A_leader_cut_off_from_etcd_is_lost_before_the_next_one_leads_and_its_guarded_writes_are_refused()
    {
        await using var proxy = new TcpProxy(_etcd.Endpoint);
        await using var system = _etcd.StartSystem("cut off", Ttl, proxy.Endpoint, TimeSpan.FromSeconds(1));
        await using var other = _etcd.StartSystem("other");
        await using var direct = _etcd.CreateClient();
        var leader = await system.Election("e").CampaignAsync("1");
        var waiting = other.Election("e").CampaignAsync("2");
        await UntilLineAsync(other.Election("e"), 2);
        var lostFirst = false;
        await using var registration = leader.Lost.Register(() => lostFirst = !waiting.IsCompleted);

        proxy.BlackHole(true);
        await using var next = await waiting.WaitAsync(Limit);

        Assert.False(leader.IsLeader);
        Assert.True(lostFirst);
        Assert.Equal(LossReason.Expired, leader.LossReason);
        Assert.False((await direct.TxnAsync(new EtcdOp.Txn { If = [leader.Guard], Then = [new EtcdOp.Put("data", "old")] })).Succeeded);
        Assert.True((await direct.TxnAsync(new EtcdOp.Txn { If = [next.Guard], Then = [new EtcdOp.Put("data", "new")] })).Succeeded);
    }

    [Fact]
    public async Task An_entry_whose_reply_is_lost_is_found_and_elected_once()
    {
        await using var proxy = new TcpProxy(_etcd.Endpoint);
        await using var system = _etcd.StartSystem("us", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        await using var other = _etcd.StartSystem("other");
        var first = await other.Election("e").CampaignAsync("0");
        var campaigning = system.Election("e").CampaignAsync("1");
        await UntilLineAsync(other.Election("e"), 2);
        await other.Election("e2").CampaignAsync("0");
        var second = system.Election("e2").CampaignAsync("1");
        proxy.DropReplies = true;
        await first.ResignAsync();
        proxy.CutAll();
        proxy.DropReplies = false;

        await using var leader = await campaigning.WaitAsync(Limit);

        Assert.Single(await other.Election("e").GetCandidatesAsync());
        Assert.True(leader.IsLeader);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Observers_never_miss_the_latest_leader_over_an_outage_a_compaction_and_a_restart()
    {
        await using var proxy = new TcpProxy(_etcd.Endpoint);
        await using var observing = _etcd.StartSystem("observer", null, proxy.Endpoint, TimeSpan.FromSeconds(1));
        await using var system = _etcd.StartSystem("leader", TimeSpan.FromSeconds(20));
        await using var direct = _etcd.CreateClient();
        await using var seen = observing.Election("e").ObserveAsync().GetAsyncEnumerator();
        await seen.MoveNextAsync().InTime();
        var first = await system.Election("e").CampaignAsync("1");
        await seen.MoveNextAsync().InTime();

        proxy.Refuse = true;
        proxy.CutAll();
        await first.ResignAsync();
        var second = await system.Election("e").CampaignAsync("2");
        var revision = (await direct.PutAsync(new EtcdOp.Put("x", ""))).Header.Revision;
        await direct.CompactAsync(revision, physical: true);
        await _etcd.KillAsync();
        await _etcd.StartProcessAsync();
        proxy.Refuse = false;
        while (seen.Current.Leader?.Term != second.Term)
        {
            await seen.MoveNextAsync().AsTask().WaitAsync(Limit);
        }

        Assert.Equal("2", seen.Current.Leader!.Value.ToText());
        Assert.True(second.IsLeader);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Many_candidates_in_several_processes_under_random_faults_keep_the_promises() =>
        Assert.Equal(0, await new Storm(TimeSpan.FromSeconds(10), processes: 3, candidates: 15, seed: 7).RunAsync());

    [Fact]
    public async Task A_resignation_hands_over_in_50_ms()
    {
        await using var system = _etcd.StartSystem();
        await using var other = _etcd.StartSystem();
        var times = new List<double>();
        var leader = await system.Election("e").CampaignAsync("0");
        for (var n = 0; n < 60; n++)
        {
            var waiting = (n % 2 == 0 ? other : system).Election("e").CampaignAsync($"{n + 1}");
            await UntilLineAsync(system.Election("e"), 2);
            var start = TimeProvider.System.GetTimestamp();
            await leader.ResignAsync();
            leader = await waiting.WaitAsync(Limit);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        await leader.DisposeAsync();
        times.Sort();

        // The 99th of a hundred belongs to the benchmark, beside the raw time; here nine of ten keep the hiccups of a busy machine out. A watch that
        // etcd serves from the past would need 100 ms each time.
        Assert.InRange(times[54], 0, 50);
    }

    private static async Task UntilLineAsync(IElection election, int length)
    {
        using var limit = new CancellationTokenSource(Limit);
        while ((await election.GetCandidatesAsync(limit.Token)).Count != length)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
