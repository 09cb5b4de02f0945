using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks;

/// <summary>Single rules of a semaphore. Their combinations are walked (Walks).</summary>
public sealed class SharedTurnTests
{
    private static readonly LockName S = new(LockForm.Semaphore, "/s");
    private static readonly LockLease Lease = new(new LeaseId(7), TimeSpan.FromSeconds(10));

    private LineState _state = LineState.Initial;

    [Fact]
    public void A_waiter_whose_entry_shared_its_revision_with_the_end_of_the_one_before_it_looks_again()
    {
        // One batch of the journal put our entry at 23, which shows the one before it, and then deleted that one, at 23 as well.
        Tell(new LineMessage.SessionOpened(Lease));
        var enter = Submitted<LineOp.Enter>(Tell(new LineMessage.Acquire(new LockRequestId(1), LockTerms.Of(3, 3), IsTry: false)));
        var before = S.KeyOf(LockMode.Permits, Lease.Id, AttemptId.New(Random.Shared));
        var watched = Tell(new LineMessage.Concluded(enter, true, WasLost: false, new LineShown(new Revision(22))
        {
            IsFull = true, Line = [Entry(before, 16, 1), Entry(S.KeyOf(LockMode.Permits, Lease.Id, enter.Attempt), 23, 3)],
        })).OfType<LineEffect.StartWatch>().Single(watch => watch.Keys.Key == before);

        Submitted<LineOp.Look>(Tell(new LineMessage.WatchBegan(watched.Keys, new Revision(23))));
    }

    private static KeyValue Entry(Bytes key, long revision, int permits) =>
        new(key, LockValue.Encode("us", LockTerms.Of(permits, 3), DateTimeOffset.UnixEpoch), new Revision(revision), new Revision(revision), 1, Lease.Id);

    private static T Submitted<T>(List<LineEffect> effects)
        where T : LineOp => Assert.IsType<T>(Assert.Single(effects.OfType<LineEffect.Submit>()).Op);

    private List<LineEffect> Tell(LineMessage message)
    {
        var turn = LineTurn.Of(S, new LineSettings(100, 10, IsTold: true), () => AttemptId.New(Random.Shared), _state, Lease.Ttl);
        turn.Handle(message);
        _state = turn.State;
        return turn.Effects;
    }
}
