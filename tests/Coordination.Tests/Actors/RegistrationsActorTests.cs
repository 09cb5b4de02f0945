using Coordination.Discovery.Registration;
using Coordination.Etcd;
using Coordination.Leases;

namespace Coordination.Tests.Actors;

/// <summary>Registrations, their parent and the lease they share: who is told what, and how often.</summary>
public sealed class RegistrationsActorTests : ActorTest
{
    private static readonly Bytes InstanceKey = "/services/web/a";

    private readonly CoordinationContext _context;
    private readonly RegistrationCell _cell = new(new ServiceInstance { Service = "web", Id = "a", Host = "10.0.0.1", Port = 1 }, new RegistrationOptions());
    private readonly IActorRef _registrations;

    public RegistrationsActorTests()
    {
        _context = ContextFor();
        _context.Registrations.Add(_cell, 10);
        _registrations = Sys.ActorOf(RegistrationsActor.PropsFor(_context));
    }

    [Fact]
    public void It_opens_a_lease_puts_the_instance_on_it_and_watches_it_from_there()
    {
        var lease = AnswerGrant(1);
        var claim = NextWrite();
        claim.Answer(Won(5));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;

        AwaitCondition(() => _cell.Health.State is RegistrationState.Registered);
        Assert.Equal((InstanceKey, lease), (Put(claim.Request).Key, Put(claim.Request).Lease));
        Assert.Equal((6, lease), (watch.Spec.From.Value, _cell.Lease));
    }

    [Fact]
    public void A_lost_reply_is_followed_by_a_look_that_shows_that_it_is_registered()
    {
        AnswerGrant(1);
        var claim = NextWrite();
        claim.Fail(CoordinationErrorKind.Timeout, WriteOutcome.Unknown);
        var look = Etcd.Next<EtcdOp.Txn>();
        var stored = new KeyValue(InstanceKey, Put(claim.Request).Value, new Revision(5), new Revision(5), 1, Put(claim.Request).Lease);
        look.Answer(new TxnResult(At(6), true, [new PutResult(At(6), null), new TxnResult(At(6), true, [new GetResult(At(6), [stored], 1, false)])]));
        var watch = Etcd.Next<ScriptedEtcd.Watching>().Request;

        AwaitCondition(() => _cell.Health.State is RegistrationState.Registered);
        Assert.Equal(new EtcdOp.Get(InstanceKey), Assert.Single(Assert.IsType<EtcdOp.Txn>(look.Request.Then[1]).Then));
        Assert.Equal(7, watch.Spec.From.Value);
        Etcd.ExpectNothing();
    }

    [Fact]
    public void What_is_under_way_when_the_lease_is_lost_is_not_waited_for_and_who_leaves_then_deletes_without_one()
    {
        var lost = Register();
        var caller = CreateTestProbe();
        Leave(caller);
        NextWrite();
        Etcd.HidesWatches = true;
        _registrations.Tell(new LeaseMessage.Verify(lost, default));
        Etcd.Next<ScriptedEtcd.KeepAlive>().Answer(new LeaseRenewed(lost, TimeSpan.Zero, At(8)));
        ScriptedEtcd.Call<EtcdOp.Txn>? removal = null;
        for (var n = 0; n < 2; n++)
        {
            // The next lease is asked for meanwhile.
            var call = Etcd.Next<object>();
            removal = call.Request is EtcdOp.Txn txn ? new ScriptedEtcd.Call<EtcdOp.Txn>(txn, call.Inner) : removal;
        }

        removal!.Answer(new TxnResult(At(9), true, []));

        caller.ExpectMsg<RegistrationReply.Done>();
        var guarded = Assert.IsType<EtcdOp.Txn>(Assert.Single(removal.Request.Then));
        Assert.Equal(EtcdCompare.Lease(InstanceKey, CompareResult.Equal, lost), Assert.Single(guarded.If));
        Assert.Equal(new EtcdOp.Delete(InstanceKey), Assert.Single(guarded.Then));
    }

    [Fact]
    public void Updates_that_come_together_are_written_once_and_each_has_one_answer()
    {
        Register();
        var first = CreateTestProbe();
        var second = CreateTestProbe();
        Update(first, 1);
        var write = NextWrite();
        Update(second, 2);
        Update(second, 3);

        // Both updates are in the mailbox of the registrar before the answer to the first write is.
        _registrations.Tell(new Identify(1), TestActor);
        ExpectMsg<ActorIdentity>();
        write.Answer(Won(6));
        var last = NextWrite();
        first.ExpectNoMsg(TimeSpan.Zero);
        last.Answer(Won(7));

        first.ExpectMsg<RegistrationReply.Done>();
        second.ExpectMsg<RegistrationReply.Done>();
        second.ExpectMsg<RegistrationReply.Done>();
        Assert.Contains("\"weight\":3", Put(last.Request).Value.ToText(), StringComparison.Ordinal);
        ExpectSilence(first, second);
    }

    [Fact]
    public void Who_leaves_is_answered_when_the_key_is_gone_and_whoever_asks_later_at_once()
    {
        Register();
        var leaving = CreateTestProbe();
        var updating = CreateTestProbe();
        Leave(leaving);
        var removal = NextWrite();
        Update(updating, 1);
        Assert.Equal(CoordinationErrorKind.Stopped, updating.ExpectMsg<RegistrationReply.Failed>().Error.Kind);
        leaving.ExpectNoMsg(TimeSpan.Zero);
        removal.Answer(new TxnResult(At(9), true, []));
        leaving.ExpectMsg<RegistrationReply.Done>();
        Assert.Empty(_context.Registrations.Cells);

        Leave(leaving);
        Update(updating, 2);

        leaving.ExpectMsg<RegistrationReply.Done>();
        Assert.Equal(CoordinationErrorKind.Stopped, updating.ExpectMsg<RegistrationReply.Failed>().Error.Kind);
        ExpectSilence(leaving, updating);
        Etcd.ExpectNothing();
    }

    [Fact]
    public void A_registrar_that_fails_is_replaced_and_what_was_asked_of_it_meanwhile_is_answered_once()
    {
        var lease = AnswerGrant(1);
        var claim = NextWrite();
        Etcd.HidesWatches = true;
        Etcd.ThrowOnWatch = new InvalidOperationException("a bug");
        claim.Answer(Won(5));
        var caller = CreateTestProbe();
        AwaitCondition(() => Etcd.ThrowOnWatch is null);

        var again = NextWrite();
        Update(caller, 4);
        again.Answer(Met(new KeyValue(InstanceKey, Put(claim.Request).Value, new Revision(5), new Revision(5), 1, lease), 5));
        var write = NextWrite();
        write.Answer(Won(6));

        caller.ExpectMsg<RegistrationReply.Done>();
        Assert.Contains("\"weight\":4", Put(write.Request).Value.ToText(), StringComparison.Ordinal);
        ExpectSilence(caller);
    }

    [Fact]
    public void When_the_lease_is_lost_the_key_is_moved_to_the_next_one_as_it_is()
    {
        var lost = Register();
        _registrations.Tell(new LeaseMessage.Verify(lost, default));
        Etcd.Next<ScriptedEtcd.KeepAlive>().Answer(new LeaseRenewed(lost, TimeSpan.Zero, At(8)));
        var next = AnswerGrant(9);
        var move = NextWrite();
        move.Answer(Won(10));

        AwaitCondition(() => _cell.Lease == next);
        Assert.Equal((InstanceKey, next), (Put(move.Request).Key, Put(move.Request).Lease));
        Assert.NotEqual(lost, next);
    }

    [Fact]
    public void A_lost_lease_is_left_to_run_out_so_that_its_keys_stay_until_they_are_moved()
    {
        var settings = RegistrationsActor.LeaseFor(_context, null);
        var machine = new LeaseMachine(settings, () => new LeaseId(1));
        var held = machine.Handle(machine.Handle(new LeaseState.Idle(), new LeaseMessage.Acquire(default)).State, new LeaseMessage.Granted(default, settings.Ttl, default)).State;

        var (_, effects) = machine.Handle(held, new LeaseMessage.GiveUp(new LeaseId(1), default));

        Assert.Contains(effects, effect => effect is LeaseEffect.Lose);
        Assert.Contains(effects, effect => effect is LeaseEffect.End);
        Assert.DoesNotContain(effects, effect => effect is LeaseEffect.SendRevoke or LeaseEffect.SetTimer);
    }

    [Fact]
    public void At_the_end_the_lease_is_revoked_and_who_still_waits_is_told()
    {
        var lease = Register();
        Watch(_registrations);
        var caller = CreateTestProbe();
        Update(caller, 1);
        var write = NextWrite();

        _registrations.Tell(new RegistrationCommand.Close());
        var revoke = Etcd.Next<ScriptedEtcd.Revoke>();
        Assert.Equal(CoordinationErrorKind.Stopped, caller.ExpectMsg<RegistrationReply.Failed>().Error.Kind);
        revoke.Answer(At(9));

        ExpectTerminated(_registrations);
        Assert.Equal(lease, revoke.Request.Id);
        write.Answer(Won(10));
        ExpectSilence(caller);
        Etcd.ExpectNothing();
    }

    private LeaseId Register()
    {
        var lease = AnswerGrant(1);
        NextWrite().Answer(Won(5));
        Etcd.Next<ScriptedEtcd.Watching>();
        AwaitCondition(() => _cell.Health.State is RegistrationState.Registered);
        return lease;
    }

    private LeaseId AnswerGrant(long revision)
    {
        var grant = Etcd.Next<ScriptedEtcd.Grant>();
        grant.Answer(new LeaseGranted(grant.Request.Id, TimeSpan.FromSeconds(10), At(revision)));

        // The first write on the lease sets the fence.
        Etcd.Next<EtcdOp.Txn>().Answer(new TxnResult(At(revision), true, [new PutResult(At(revision), null)]));
        return grant.Request.Id;
    }

    private void Update(TestProbe caller, int weight)
    {
        _cell.Wish = _cell.Wish with { Weight = weight };
        _registrations.Tell(new RegistrationCommand.Update(_cell, RegistrationRequestId.Next()), caller.Ref);
    }

    private void Leave(TestProbe caller) => _registrations.Tell(new RegistrationCommand.Leave(_cell, RegistrationRequestId.Next()), caller.Ref);

    private static void ExpectSilence(params TestProbe[] callers) => Assert.All(callers, caller => caller.ExpectNoMsg(TimeSpan.Zero));

    private static EtcdOp.Put Put(EtcdOp.Txn txn) => Assert.IsType<EtcdOp.Put>(Assert.Single(txn.Then));
}
