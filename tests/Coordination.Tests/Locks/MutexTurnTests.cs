using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks;

/// <summary>Single rules of a mutex. Their combinations are walked (Walks).</summary>
public sealed class MutexTurnTests
{
    private static readonly LockName K = new(LockForm.Mutex, "/k");
    private static readonly LockLease Lease = new(new LeaseId(7), TimeSpan.FromSeconds(10));
    private static readonly LockRequestId First = new(1);
    private static readonly Ticket Next = new(new LeaseId(9), new Revision(50), "them", AttemptId.New(Random.Shared));

    private LineState _state = LineState.Initial;
    private TimeSpan _validFor = Lease.Ttl;

    [Fact]
    public void A_note_grants_the_lock_to_the_attempt_that_it_names_and_to_no_other()
    {
        var attempt = Wait();

        Assert.Empty(Tell(new LineMessage.Given(AttemptId.New(Random.Shared), new Revision(60), 2, [])).OfType<LineEffect.Grant>());
        Assert.Equal(new Revision(61), Granted(Tell(new LineMessage.Given(attempt, new Revision(61), 2, []))).Tenure.Token);
    }

    [Fact]
    public void A_note_that_is_faster_than_the_reply_before_it_is_remembered()
    {
        var enter = Enter();
        Tell(new LineMessage.Given(enter.Attempt, new Revision(60), 2, []));

        Assert.Equal(new Revision(60), Granted(Tell(Placed(enter))).Tenure.Token);
    }

    [Fact]
    public void No_lock_is_granted_with_less_than_half_a_TTL()
    {
        var enter = Enter();
        _validFor = Lease.Ttl * 0.4;

        var effects = Tell(Won(enter, 60));
        Assert.Empty(effects.OfType<LineEffect.Grant>());
        Assert.Contains(new LineEffect.VerifyLease(Lease.Id), effects);
        _validFor = Lease.Ttl;
        Granted(Tell(new LineMessage.TimerFired(LineTimer.Confirm)));
    }

    [Fact]
    public void A_look_that_was_asked_for_while_waiting_does_not_lose_what_was_granted_since()
    {
        var attempt = Wait();
        var look = Submitted<LineOp.Look>(Tell(new LineMessage.TimerFired(LineTimer.Look)));
        Granted(Tell(new LineMessage.Given(attempt, new Revision(60), 2, [])));

        var effects = Tell(new LineMessage.Concluded(look, true, WasLost: false, new LineShown(new Revision(59)) { KeyAt = new Revision(40) }));

        Assert.Empty(effects.OfType<LineEffect.Lose>());
    }

    [Fact]
    public void A_hold_that_lasts_is_watched_and_lost_when_its_key_changes()
    {
        Tell(Won(Enter(), 60));

        Assert.Contains(new LineEffect.StartWatch(K.Key), Tell(new LineMessage.TimerFired(LineTimer.OwnWatch)));
        Assert.Equal(LossReason.KeyDeleted, Assert.Single(Tell(new LineMessage.Changed(K.Key, null, new Revision(70))).OfType<LineEffect.Lose>()).Reason);
    }

    [Fact]
    public void After_many_hand_overs_in_a_row_the_key_is_deleted_for_once_and_the_next_one_is_called()
    {
        var attempt = Wait();
        Tell(new LineMessage.Given(attempt, new Revision(60), 64, [Next]));

        var leave = Submitted<LineOp.Leave>(Tell(new LineMessage.Release(First)));

        Assert.Equal((true, Next), (leave.IsPlain, leave.Call));
    }

    [Fact]
    public void Who_is_called_takes_the_lock_in_turn()
    {
        var attempt = Wait();

        var take = Submitted<LineOp.Take>(Tell(new LineMessage.Called(attempt)));

        Assert.Equal((true, new Revision(50)), (take.InTurn, take.Placed));
    }

    [Fact]
    public void A_hand_over_that_crossed_our_leaving_the_line_is_given_back()
    {
        var attempt = Wait();
        var withdraw = Submitted<LineOp.Withdraw>(Tell(new LineMessage.Withdraw(First, new LockReply.Withdrawn())));

        var leave = Submitted<LineOp.Leave>(Tell(new LineMessage.Concluded(
            withdraw, false, WasLost: false, new LineShown(new Revision(60)) { Mine = new Mine(attempt, new Revision(60), 2), KeyAt = new Revision(60) })));

        Assert.Equal(new Revision(60), leave.Tenure.Token);
    }

    [Fact]
    public void A_wait_looks_soon_although_the_wait_before_it_left_a_timer_for_much_later()
    {
        var attempt = Wait();
        var look = Submitted<LineOp.Look>(Tell(new LineMessage.TimerFired(LineTimer.Look)));
        Tell(new LineMessage.Concluded(look, true, WasLost: false, Shown(attempt) with { IsPlaceKnown = true }));
        Tell(new LineMessage.Given(attempt, new Revision(60), 2, [Next, Next]));
        var give = Submitted<LineOp.Give>(Tell(new LineMessage.Release(First)));
        Tell(new LineMessage.Concluded(give, true, WasLost: false, new LineShown(new Revision(61))));

        Assert.Contains(new LineEffect.SetLookTimer(LookDelay.Watch), Tell(Placed(Enter())));
    }

    private static LineMessage.Concluded Won(LineOp.Enter enter, long revision) => new(
        enter, true, WasLost: false, new LineShown(new Revision(revision)) { Mine = new Mine(enter.Attempt, new Revision(revision), 1), KeyAt = new Revision(revision) });

    private static LineMessage.Concluded Placed(LineOp.Enter enter) => new(enter, false, WasLost: false, Shown(enter.Attempt));

    /// <summary>Somebody else holds it, and our ticket is in the line.</summary>
    private static LineShown Shown(AttemptId attempt) => new(new Revision(50))
    {
        KeyAt = new Revision(40), Holder = new LockHolder("them", 40, new LeaseId(9), null, IsForeign: false),
        Ticket = attempt, Placed = new Revision(50), Created = new Revision(50),
    };

    private static T Submitted<T>(List<LineEffect> effects)
        where T : LineOp => Assert.IsType<T>(Assert.Single(effects.OfType<LineEffect.Submit>()).Op);

    private static LineEffect.Grant Granted(List<LineEffect> effects) => Assert.Single(effects.OfType<LineEffect.Grant>());

    private LineOp.Enter Enter()
    {
        Tell(new LineMessage.SessionOpened(Lease));
        return Submitted<LineOp.Enter>(Tell(new LineMessage.Acquire(First, LockTerms.Alone, IsTry: false)));
    }

    private AttemptId Wait()
    {
        var enter = Enter();
        Tell(Placed(enter));
        return enter.Attempt;
    }

    private List<LineEffect> Tell(LineMessage message)
    {
        var turn = LineTurn.Of(K, new LineSettings(100, 10, IsTold: true), () => AttemptId.New(Random.Shared), _state, _validFor);
        turn.Handle(message);
        _state = turn.State;
        return turn.Effects;
    }
}
