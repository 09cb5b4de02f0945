using System.Globalization;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.IntegrationTests.Contracts;

public sealed class JournalOnEmbedded(EmbeddedFixture fixture) : JournalContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class JournalOnRealEtcd(RealEtcdFixture fixture) : JournalContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a journal promises to those who write through it, whatever becomes of requests and replies.</summary>
public abstract class JournalContract : ServerContract, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestKit _kit = StartKit();
    private readonly LossAlarm _alarm = LossAlarm.Create(SuspendAwareTimeProvider.Instance);
    private readonly TcpProxy _proxy;
    private readonly EtcdClient _direct;
    private readonly EtcdMoments _moments;
    private readonly EtcdClient _behind;
    private readonly TestProbe _writer;
    private readonly TestProbe _owner;
    private readonly IActorRef _session;
    private IActorRef _journal = ActorRefs.Nobody;
    private LeaseId _lease;

    protected JournalContract(ServerFixture fixture)
        : base(fixture, "journal")
    {
        _proxy = TcpProxy.To(Server.Endpoint);
        _direct = Server.CreateClient();
        _behind = Server.CreateClient(TimeSpan.FromSeconds(3), _proxy.Endpoint);
        (var etcd, _moments) = EtcdMoments.Of(_behind);
        var context = new CoordinationContext(
            new CoordinationOptions(), etcd, new MonotonicClock(SuspendAwareTimeProvider.Instance), _alarm, NullLogger.Instance, new SessionView());
        _writer = _kit.CreateTestProbe();
        _owner = _kit.CreateTestProbe();
        _session = _owner.ChildActorOf(SessionActor.PropsFor(context, new LeaseSettings(TimeSpan.FromSeconds(20), 0.01)));
    }

    private Bytes Fence => JournalActor.FenceOf(new CoordinationOptions().Locks.WaitersPrefix, _lease);

    public Task InitializeAsync()
    {
        var opened = (SessionEvent.Opened)_owner.FishForMessage(told => told is SessionEvent.Opened, Limit);
        (_journal, _lease) = (opened.Journal, opened.Lease.Id);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _kit.Watch(_session);
        _session.Tell(new SessionCommand.Close());
        _kit.ExpectTerminated(_session, Limit);
        _kit.Dispose();
        await _behind.DisposeAsync();
        await _direct.DisposeAsync();
        await _proxy.DisposeAsync();
        _alarm.Dispose();
    }

    [Fact]
    public async Task A_write_whose_reply_is_lost_is_told_as_applied_and_the_next_one_is_made()
    {
        await OpenAsync();
        _proxy.DropReplies = true;
        Submit("1");
        var stored = await _direct.UntilAsync(Name + "/1", current => current is not null);
        _proxy.DropReplies = false;
        _proxy.CutAll();

        var settled = Expect<Written.Settled>("1");
        Assert.Equal(stored!.ModRevision, Shown(settled)!.ModRevision);
        Submit("2");
        Expect<Written.Answered>("2");
        Assert.Equal((1, 1), (await VersionAsync("1"), await VersionAsync("2")));
    }

    [Fact]
    public async Task A_write_that_did_not_arrive_is_told_as_not_applied_and_cannot_act_any_more()
    {
        await OpenAsync();
        var before = await FenceAsync();
        _proxy.DropRequests = true;
        _moments.At(2, () =>
        {
            // It was given up.
            _proxy.DropRequests = false;
            _proxy.CutAll();
        });
        var write = Submit("1");

        Assert.Null(Shown(Expect<Written.Settled>("1")));

        // Now it arrives, as it was sent.
        var late = await _direct.TxnAsync(JournalTransactions.Of(new Batch(0, [write], [], before!.ModRevision), Fence));
        Assert.False(late.Succeeded);
        Assert.True((await FenceAsync())!.ModRevision > before.ModRevision);
        Assert.Equal(0, await VersionAsync("1"));
    }

    [Fact]
    public async Task A_fence_that_somebody_deletes_is_set_again()
    {
        await OpenAsync();
        await _direct.DeleteAsync(new EtcdOp.Delete(Fence));

        Submit("1");

        Expect<Written.Answered>("1");
        Assert.Equal(_lease, (await FenceAsync())!.Lease);
        Assert.Equal(1, await VersionAsync("1"));
    }

    [Fact]
    public async Task Hundreds_of_writes_at_a_time_go_in_few_transactions()
    {
        const int Many = 600;
        await OpenAsync();

        for (var i = 0; i < Many; i++)
        {
            Submit(i.ToString(CultureInfo.InvariantCulture));
        }

        var answers = Enumerable.Range(0, Many).Select(_ => _writer.ExpectMsg<Written.Answered>(Limit)).ToList();

        Assert.All(answers, answer => Assert.True(answer.Result.Succeeded));
        Assert.Equal(Many, answers.Select(answer => answer.Write.Tag).Distinct().Count());
        Assert.Equal(Many, (await _direct.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name + "/")) { CountOnly = true })).Count - 1);
        Assert.InRange(answers.Select(answer => answer.Result.Header.Revision).Distinct().Count(), 5, Many / 10);
    }

    [Fact]
    public async Task One_write_that_etcd_refuses_takes_none_of_the_others_with_it()
    {
        await OpenAsync();
        Submit("1");
        Submit("2");
        Submit("3", lease: new LeaseId(123456));
        Submit("4");

        var told = Enumerable.Range(0, 4).Select(_ => _writer.ExpectMsg<Written>(Limit)).ToDictionary(written => written.Write.Tag!);
        Assert.Equal(CoordinationErrorKind.LeaseNotFound, Assert.IsType<Written.Refused>(told["3"]).Error.Kind);
        Assert.All(new[] { "1", "2", "4" }, tag => Assert.IsType<Written.Answered>(told[tag]));
        Assert.Equal((1, 1, 0, 1), (await VersionAsync("1"), await VersionAsync("2"), await VersionAsync("3"), await VersionAsync("4")));
    }

    [Fact]
    public async Task When_the_lease_has_ended_nothing_is_written_and_the_session_says_so()
    {
        await OpenAsync();
        await _direct.RevokeLeaseAsync(_lease);

        Submit("1", lease: LeaseId.None);

        Assert.Equal(_lease, _owner.ExpectMsg<SessionEvent.Lost>(Limit).Lease);
        Assert.Equal(0, await VersionAsync("1"));
        Assert.Null(await FenceAsync());
    }

    /// <summary>The fence is set.</summary>
    private async Task OpenAsync()
    {
        Submit("first");
        Expect<Written.Answered>("first");
        Assert.Equal(_lease, (await FenceAsync())!.Lease);
    }

    private Write Submit(string name, LeaseId? lease = null)
    {
        Bytes key = $"{Name}/{name}";
        var write = new Write(_writer.Ref, [key], new EtcdOp.Txn { Then = [new EtcdOp.Put(key, name) { Lease = lease ?? _lease }] }, [new EtcdOp.Get(key)]) { Tag = name };
        _journal.Tell(new JournalMessage.Submit(write));
        return write;
    }

    private T Expect<T>(string name)
        where T : Written
    {
        var told = _writer.ExpectMsg<T>(Limit);
        Assert.Equal(name, told.Write.Tag);
        return told;
    }

    private static TestKit StartKit() => new();

    private static KeyValue? Shown(Written.Settled settled) => Assert.IsType<GetResult>(Assert.Single(settled.Shown.Results)).First;

    private async Task<KeyValue?> FenceAsync() => (await _direct.GetAsync(new EtcdOp.Get(Fence))).First;

    private async Task<long> VersionAsync(string name) => (await _direct.GetAsync(new EtcdOp.Get($"{Name}/{name}"))).First?.Version ?? 0;
}
