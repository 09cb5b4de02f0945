using System.Collections.Immutable;
using Coordination.Discovery.Registration;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

/// <summary>The rules of a registration by example.</summary>
public sealed class RegistrarMachineTests
{
    private static readonly Bytes Key = "/services/web/a";
    private static readonly LeaseId One = new(1);
    private static readonly LeaseId Two = new(2);

    private readonly RegistrarMachine _machine = new(ServiceLayout.Plain("/services/{service}/{id}"), ownLease: false, maxRepairs: 3);
    private RegistrarState _state = RegistrarState.For(new ServiceInstance { Service = "web", Id = "a", Host = "h", Port = 1 });

    private RegistrationState Health => _state.Health.State;

    [Fact]
    public void Without_a_lease_nothing_is_sent_and_it_says_so()
    {
        Assert.Contains("no lease", _state.Health.Problem, StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Registering, Health);
    }

    [Fact]
    public void Who_is_told_that_it_is_registered_finds_its_lease()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));

        var effects = Tell(Made(5));

        Assert.Equal([new RegistrarEffect.NoteRegistered(One), new RegistrarEffect.Tell(_state.Health)], effects.Take(2));
    }

    [Fact]
    public void It_creates_its_key_and_watches_from_the_revision_after()
    {
        var put = Sent(Tell(new RegistrarMessage.LeaseOpened(One)));
        Assert.Equal([EtcdCompare.NotExists(Key)], put.If.ToArray());
        Assert.Equal([new EtcdOp.Put(Key, "h:1") { Lease = One }], put.Then.ToArray());

        var effects = Tell(Made(5));

        Assert.Contains(new RegistrarEffect.StartWatch(Key, new Revision(6)), effects);
        Assert.Equal(RegistrationState.Registered, Health);
        Assert.Null(_state.Health.Problem);
    }

    [Fact]
    public void The_next_lease_takes_the_key_over_as_it_was_left()
    {
        Register();
        Tell(new RegistrarMessage.LeaseLost(One));
        Assert.Equal(RegistrationState.Recovering, Health);

        var put = Sent(Tell(new RegistrarMessage.LeaseOpened(Two)));

        Assert.Equal([EtcdCompare.Unchanged(Key, new Revision(5))], put.If.ToArray());
        Assert.Equal([new EtcdOp.Put(Key, "h:1") { Lease = Two }], put.Then.ToArray());
    }

    [Fact]
    public void What_comes_back_under_the_next_lease_says_all_that_was_wished_for()
    {
        var machine = new RegistrarMachine(ServiceLayout.Default, ownLease: false, maxRepairs: 3);
        var wish = new ServiceInstance
        {
            Service = "web", Id = "a", Host = "h", Port = 1, Version = "2.1", Zone = "east", Weight = 7,
            State = InstanceState.Draining, Metadata = ImmutableDictionary<string, string>.Empty.Add("team", "blue"),
        };
        var state = RegistrarState.For(wish);
        RegistrarMessage[] told = [new RegistrarMessage.LeaseOpened(One), Made(5), new RegistrarMessage.LeaseLost(One), new RegistrarMessage.LeaseOpened(Two)];
        var sent = new List<EtcdOp.Txn>();
        foreach (var message in told)
        {
            var step = machine.Handle(state, message);
            state = step.State;
            sent.AddRange(step.Effects.OfType<RegistrarEffect.Send>().Select(effect => effect.Txn));
        }

        var values = sent.Select(txn => Assert.IsType<EtcdOp.Put>(txn.Then[0]).Value).ToList();
        Assert.Equal([values[0], values[0]], values);
        var read = ServiceLayout.Default.Read("web", Key, [new KeyValue(Key, values[1], new Revision(5), new Revision(6), 2, Two)]).Instance;
        Assert.True(wish.SaysTheSameAs(read!));
        Assert.Equal("blue", read!.Metadata["team"]);
    }

    [Fact]
    public void A_put_whose_reply_is_lost_and_that_is_there_was_made()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));

        var effects = Tell(new RegistrarMessage.Settled(new Revision(9), [Kv("h:1", 5, One)]));

        Assert.DoesNotContain(effects, e => e is RegistrarEffect.Send);
        Assert.Contains(new RegistrarEffect.StartWatch(Key, new Revision(10)), effects);
        Assert.Equal(RegistrationState.Registered, Health);
    }

    [Fact]
    public void A_put_whose_reply_is_lost_and_that_is_not_there_is_made_again()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));

        Sent(Tell(new RegistrarMessage.Settled(new Revision(9), [])));
        Tell(Made(10));

        Assert.Equal(RegistrationState.Registered, Health);
    }

    [Fact]
    public void Who_leaves_while_a_put_is_under_way_removes_it_when_it_is_known_what_became_of_it()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));
        var request = RegistrationRequestId.Next();
        Assert.DoesNotContain(Tell(new RegistrarMessage.Leave(request)), e => e is RegistrarEffect.Send);

        var remove = Sent(Tell(new RegistrarMessage.Settled(new Revision(7), [Kv("h:1", 6, One)])));
        var effects = Tell(Made(8));

        Assert.Equal([EtcdCompare.Lease(Key, CompareResult.Equal, One)], Assert.IsType<EtcdOp.Txn>(remove.Then[0]).If.ToArray());
        Assert.Contains(new RegistrarEffect.Reply(request, new RegistrationReply.Done()), effects);
        Assert.Contains(new RegistrarEffect.End(), effects);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_removal_whose_reply_is_lost_was_made_when_the_key_is_gone_and_is_made_again_when_it_is_there(bool isThere)
    {
        Register();
        Sent(Tell(new RegistrarMessage.Leave(RegistrationRequestId.Next())));

        var effects = Tell(new RegistrarMessage.Settled(new Revision(9), isThere ? [Kv("h:1", 5, One)] : []));

        Assert.Equal(isThere, effects.Any(e => e is RegistrarEffect.Send));
        Assert.Equal(!isThere, effects.Contains(new RegistrarEffect.End()));
    }

    [Fact]
    public void A_put_that_is_under_way_when_the_lease_is_lost_is_not_waited_for()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));
        Tell(new RegistrarMessage.LeaseLost(One));

        var put = Sent(Tell(new RegistrarMessage.LeaseOpened(Two)));
        var moved = Sent(Tell(new RegistrarMessage.Written(new Revision(9), [Kv("h:1", 5, One)])));

        Assert.Equal([EtcdCompare.NotExists(Key)], put.If.ToArray());
        Assert.Equal([EtcdCompare.Unchanged(Key, new Revision(5))], moved.If.ToArray());
        Assert.Equal([new EtcdOp.Put(Key, "h:1") { Lease = Two }], moved.Then.ToArray());
    }

    [Fact]
    public void A_key_of_somebody_else_is_a_conflict_until_it_is_gone()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));
        var effects = Tell(new RegistrarMessage.Written(new Revision(9), [Kv("other:1", 5, Two)]));

        Assert.DoesNotContain(effects, e => e is RegistrarEffect.Send);
        Assert.Equal(RegistrationState.Conflict, Health);
        Assert.Contains("other:1", _state.Health.Problem, StringComparison.Ordinal);
        Sent(Tell(Deleted(10)));
    }

    [Fact]
    public void A_key_that_was_created_anew_by_another_while_ours_was_gone_is_a_conflict_and_not_repaired()
    {
        Register();
        Tell(new RegistrarMessage.LeaseLost(One));
        Tell(new RegistrarMessage.LeaseOpened(Two));

        var effects = Tell(new RegistrarMessage.Written(new Revision(9), [Kv("other:1", 8, new LeaseId(3))]));

        Assert.DoesNotContain(effects, e => e is RegistrarEffect.Send);
        Assert.Equal(RegistrationState.Conflict, Health);
    }

    [Fact]
    public void The_same_address_is_taken_over_from_a_predecessor_but_not_back_from_a_successor()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));
        var put = Sent(Tell(new RegistrarMessage.Written(new Revision(9), [Kv("h:1", 5, Two)])));
        Assert.Equal([EtcdCompare.Unchanged(Key, new Revision(5))], put.If.ToArray());
        Tell(Made(10));

        var effects = Tell(new RegistrarMessage.Changed(new Revision(11), [new EtcdEvent(false, Kv("h:1", 11, new LeaseId(3), created: 5), null)]));

        Assert.DoesNotContain(effects, e => e is RegistrarEffect.Send);
        Assert.Equal(RegistrationState.Conflict, Health);
    }

    [Fact]
    public void A_history_that_went_back_is_believed()
    {
        Register(revision: 500);

        var put = Sent(Tell(new RegistrarMessage.Resynced(new Revision(20), [])));
        Assert.Equal([EtcdCompare.NotExists(Key)], put.If.ToArray());
        Tell(Made(21));
        Assert.Equal(RegistrationState.Registered, Health);

        // Events with revisions of the new history count.
        Tell(Deleted(22));
        Assert.Equal(RegistrationState.Recovering, Health);
    }

    [Fact]
    public void An_answer_older_than_what_the_watch_showed_is_not_believed()
    {
        Register();
        Sent(Tell(new RegistrarMessage.Wish(_state.Wish with { State = InstanceState.Draining }, null)));
        Tell(Made(6));
        Sent(Tell(new RegistrarMessage.Wish(_state.Wish with { State = InstanceState.Serving }, null)));
        Tell(Deleted(9));

        // The put was made at 8; the watch has shown that the key is gone at 9.
        Sent(Tell(Made(8)));
    }

    [Fact]
    public void An_unknown_lease_is_to_be_looked_into()
    {
        Tell(new RegistrarMessage.LeaseOpened(One));

        Assert.Contains(
            new RegistrarEffect.VerifyLease(One),
            Tell(new RegistrarMessage.WriteFailed(new EtcdException(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "gone"))));
    }

    [Fact]
    public void An_overwritten_key_is_repaired_at_once_then_after_pauses_and_after_three_times_left_to_whoever_insists()
    {
        Register();
        Sent(Overwrite(6));
        Tell(Made(7));
        for (var (repair, revision) = (2, 8L); repair <= 3; repair++, revision += 2)
        {
            var paused = Overwrite(revision);
            Assert.DoesNotContain(paused, e => e is RegistrarEffect.Send);
            Assert.Contains(new RegistrarEffect.SetRetryTimer(repair - 1), paused);
            Sent(Tell(new RegistrarMessage.TimerFired(RegistrarTimer.Retry)));
            Tell(Made(revision + 1));
        }

        Assert.DoesNotContain(Overwrite(12), e => e is RegistrarEffect.Send or RegistrarEffect.SetRetryTimer);
        Assert.Equal(RegistrationState.Conflict, Health);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_is_overwritten_before_the_answer_to_its_put_is_repaired(bool isAnswerLost)
    {
        Register();
        Sent(Tell(Deleted(6)));
        Tell(new RegistrarMessage.Changed(new Revision(7), [new EtcdEvent(false, Kv("h:1", 7, One, created: 7), null)]));
        Tell(new RegistrarMessage.Changed(new Revision(8), [new EtcdEvent(false, Kv("garbage", 8, LeaseId.None, created: 7), null)]));

        // The second repair in a minute comes after a pause.
        Tell(isAnswerLost ? new RegistrarMessage.Settled(new Revision(8), [Kv("garbage", 8, LeaseId.None, created: 7)]) : Made(7));
        var again = Sent(Tell(new RegistrarMessage.TimerFired(RegistrarTimer.Retry)));

        Assert.Equal([EtcdCompare.Unchanged(Key, new Revision(8))], again.If.ToArray());
        Assert.NotEqual(RegistrationState.Conflict, Health);
    }

    [Fact]
    public void A_key_that_is_overwritten_in_a_resync_before_the_answer_to_its_put_is_repaired()
    {
        Register();
        Sent(Tell(Deleted(6)));
        Tell(new RegistrarMessage.Resynced(new Revision(8), [Kv("garbage", 8, LeaseId.None, created: 7)]));

        Assert.Contains(Tell(Made(7)), e => e is RegistrarEffect.SetRetryTimer);
        Assert.NotEqual(RegistrationState.Conflict, Health);
    }

    [Fact]
    public void A_key_that_another_one_created_before_the_answer_to_its_put_is_a_conflict()
    {
        Register();
        Sent(Tell(Deleted(6)));
        Tell(new RegistrarMessage.Resynced(new Revision(9), [Kv("other:1", 9, Two, created: 9)]));

        Tell(Made(7));

        Assert.Equal(RegistrationState.Conflict, Health);
    }

    private ImmutableArray<RegistrarEffect> Overwrite(long revision) =>
        Tell(new RegistrarMessage.Changed(new Revision(revision), [new EtcdEvent(false, Kv("other:1", revision, LeaseId.None, created: 5), null)]));

    private static RegistrarMessage.Written Made(long revision) => new(new Revision(revision), null);

    private static RegistrarMessage.Changed Deleted(long revision) => new(
        new Revision(revision), [new EtcdEvent(true, new KeyValue(Key, Bytes.Empty, Revision.None, new Revision(revision), 0, LeaseId.None), null)]);

    private static KeyValue Kv(string value, long revision, LeaseId lease, long? created = null) =>
        new(Key, value, new Revision(created ?? revision), new Revision(revision), created is null ? 1 : 2, lease);

    private static EtcdOp.Txn Sent(ImmutableArray<RegistrarEffect> effects) => Assert.Single(effects.OfType<RegistrarEffect.Send>()).Txn;

    private void Register(long revision = 5)
    {
        Tell(new RegistrarMessage.LeaseOpened(One));
        Tell(Made(revision));
    }

    private ImmutableArray<RegistrarEffect> Tell(RegistrarMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        return effects;
    }
}
