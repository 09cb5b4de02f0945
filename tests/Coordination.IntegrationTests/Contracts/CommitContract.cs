using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class CommitOnEmbedded(EmbeddedFixture fixture) : CommitContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class CommitOnRealEtcd(RealEtcdFixture fixture) : CommitContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a system promises about transactions of its host, whatever becomes of requests and replies.</summary>
public abstract class CommitContract : ServerContract, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TcpProxy _proxy;
    private readonly EtcdClient _direct;
    private readonly CoordinationSystem _system;

    protected CommitContract(ServerFixture fixture)
        : base(fixture, "commit")
    {
        _proxy = TcpProxy.To(Server.Endpoint);
        _direct = Server.CreateClient();
        _system = Server.StartSystem(ttl: TimeSpan.FromSeconds(8), endpoint: _proxy.Endpoint, requestTimeout: TimeSpan.FromSeconds(2));
    }

    public Task InitializeAsync() => _system.WaitUntilReadyAsync(Limit);

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _direct.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task It_says_whether_the_conditions_held_and_what_was_done_or_shown()
    {
        var made = await _system.CommitAsync(lease => If(When.Missing(Name), new EtcdOp.Put(Name, "1") { Lease = lease }, new EtcdOp.Get(Name)));
        var shown = await _system.CommitAsync(_ => If(When.Missing(Name), new EtcdOp.Put(Name, "2"), new EtcdOp.Get(Name)));

        var stored = (await _direct.GetAsync(Name)).First!;
        Assert.Equal((_system.SessionLease, made.Header.Revision), (stored.Lease, stored.ModRevision));
        Assert.IsType<PutResult>(Assert.Single(made.Results));
        Assert.Equal((true, false, "1"), (made.Succeeded, shown.Succeeded, ((GetResult)shown.Results[0]).First!.Value.ToText()));
    }

    [Fact]
    public async Task One_whose_reply_is_lost_was_made_once_and_is_told_with_its_revision()
    {
        await PutAsync("0");
        _proxy.DropReplies = true;
        var committing = PutAsync("1");
        var stored = await _direct.UntilAsync(Name, current => current!.Value == "1");
        await _direct.PutAsync(new EtcdOp.Put(Name, "by another"));
        _proxy.DropReplies = false;
        _proxy.CutAll();

        var made = await committing.WaitAsync(Limit);

        Assert.Equal((true, stored!.ModRevision, 0), (made.Succeeded, made.Header.Revision, made.Results.Length));
        Assert.Equal("by another", (await _direct.GetAsync(Name)).First!.Value.ToText());
    }

    [Fact]
    public async Task Of_those_that_did_not_arrive_what_is_told_is_what_happened_also_when_they_were_cancelled()
    {
        await PutAsync("0");
        using var cancelled = new CancellationTokenSource();
        _proxy.DropRequests = true;
        Task<TxnResult>[] committing =
        [
            _system.CommitAsync(_ => If(When.Exists(Name), new EtcdOp.Put($"{Name}/0", "1"))),
            _system.CommitAsync(_ => If(When.Exists(Name), new EtcdOp.Put($"{Name}/1", "1")), cancelled.Token),
        ];
        await cancelled.CancelAsync();
        _proxy.DropRequests = false;
        _proxy.CutAll();

        for (var i = 0; i < committing.Length; i++)
        {
            Assert.Equal(await WasMadeAsync(committing[i]), (await _direct.GetAsync($"{Name}/{i}")).First is not null);
        }

        // It was sent and is made afterwards; or it had not left yet, and is refused.
        static async Task<bool> WasMadeAsync(Task<TxnResult> commit)
        {
            try
            {
                return (await commit.WaitAsync(Limit)).Succeeded;
            }
            catch (Exception error) when (error is OperationCanceledException or EtcdException { Outcome: WriteOutcome.NotApplied })
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Tokens_and_terms_are_revisions_in_conditions()
    {
        await using var handle = await _system.Lock(Name).AcquireAsync(Limit);
        await using var leadership = await _system.Election(Name + "/election").CampaignAsync("me");

        var made = await _system.CommitAsync(_ => new EtcdOp.Txn
        {
            If = [When.Unchanged(handle.Key, handle.Token), When.ModRevision(handle.Key).Is(handle.Token), When.CreateRevision(leadership.Key).Is(leadership.Term)],
        });

        Assert.True(made.Succeeded);
    }

    [Fact]
    public async Task Many_at_a_time_are_each_made_once_and_leave_as_many_receipts_as_were_under_way()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _system.CommitAsync(_ => If(When.Missing($"{Name}/{i}"), new EtcdOp.Put($"{Name}/{i}", "1")))));

        Assert.All(made, result => Assert.True(result.Succeeded));
        Assert.Equal(300, (await _direct.GetAsync(KeyRange.Prefix(Name))).Count);
        for (var i = 0; i < 50; i++)
        {
            await PutAsync($"{i}");
        }

        var receipts = await _direct.GetAsync(KeyRange.Prefix($"{_system.Options.Locks.WaitersPrefix}!{_system.SessionLease.Value:x16}/"));
        Assert.InRange(receipts.Count, 1, 300);
        await _system.DisposeAsync();
        Assert.Equal(0, (await _direct.GetAsync(receipts.KeyValues[0].Key)).Count);
    }

    [Fact]
    public async Task A_session_that_etcd_has_ended_is_replaced_and_the_next_one_makes_it()
    {
        var before = _system.SessionLease;
        await _direct.RevokeLeaseAsync(before);

        var made = await _system.CommitAsync(lease => If(When.Missing(Name), new EtcdOp.Put(Name, "1") { Lease = lease }));

        Assert.True(made.Succeeded);
        Assert.NotEqual(before, (await _direct.GetAsync(Name)).First!.Lease);
        var strange = await Assert.ThrowsAsync<EtcdException>(() => _system.CommitAsync(_ => If(When.Exists(Name), new EtcdOp.Put(Name, "2") { Lease = new LeaseId(4711) })));
        Assert.Equal((CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied), (strange.Kind, strange.Outcome));
    }

    [Fact]
    public async Task Of_one_that_is_under_way_when_the_session_is_lost_the_outcome_is_unknown_and_that_is_said()
    {
        await PutAsync("0");
        _proxy.DropReplies = true;

        var error = await Assert.ThrowsAsync<EtcdException>(() => PutAsync("1").WaitAsync(Limit));

        Assert.Equal((CoordinationErrorKind.Lost, WriteOutcome.Unknown), (error.Kind, error.Outcome));
        var unsent = await Assert.ThrowsAsync<EtcdException>(() => PutAsync("2").WaitAsync(Limit));
        Assert.Equal(WriteOutcome.NotApplied, unsent.Outcome);
        Assert.Equal("1", (await _direct.GetAsync(Name)).First!.Value.ToText());
    }

    [Fact]
    public async Task What_would_write_when_its_conditions_do_not_hold_is_too_large_or_comes_after_the_end_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _system.CommitAsync(_ => If(When.Missing(Name), new EtcdOp.Get(Name), new EtcdOp.Delete(Name))));
        var large = await Assert.ThrowsAsync<EtcdException>(() => _system.CommitAsync(_ => new EtcdOp.Txn { Then = [.. Enumerable.Range(0, 128).Select(i => new EtcdOp.Put($"{Name}/{i}", "x"))] }));
        Assert.Equal((CoordinationErrorKind.TooLarge, WriteOutcome.NotApplied), (large.Kind, large.Outcome));
        await _system.DisposeAsync();
        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => PutAsync("1"))).Kind);
        Assert.Equal(0, (await _direct.GetAsync(KeyRange.Prefix(Name))).Count);
    }

    private static EtcdOp.Txn If(EtcdCompare condition, EtcdOp then, params EtcdOp[] otherwise) => new() { If = [condition], Then = [then], Else = [.. otherwise] };

    private Task<TxnResult> PutAsync(string value) => _system.CommitAsync(_ => new EtcdOp.Txn { Then = [new EtcdOp.Put(Name, value)] });
}
