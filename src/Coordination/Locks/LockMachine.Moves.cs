using Coordination.Etcd;

namespace Coordination.Locks;

/// <content>The moves that several messages lead to.</content>
internal sealed partial class LockMachine
{
    /// <summary>Nothing is under way (any more): begins what is to be done next.</summary>
    private LockStep Advance(LockState state)
    {
        var idle = state with { Phase = new LockPhase.Idle() };
        if (!idle.Waiters.IsEmpty)
        {
            return idle.Lease is null ? idle
                : idle.Unresolved.Count >= settings.MaxUnresolved ? new LockStep(idle, [new LockEffect.GiveUpLease(idle.Lease.Id)])
                : Attempt(idle, idle.Lease.Id);
        }

        if (!idle.Unresolved.IsEmpty)
        {
            // An attempt that may still commit: the watch will show it. A read gives the watch its start, and shows what the watch showed in vain
            // while something else was under way.
            return idle.IsWatching && state.Phase is LockPhase.Idle or LockPhase.Looking or LockPhase.Blocked ? idle : Look(idle);
        }

        return idle.IsWatching ? new LockStep(idle with { IsWatching = false }, [new LockEffect.StopWatch()]) : idle;
    }

    private LockStep Attempt(LockState state, LeaseId lease)
    {
        // A new id each time: an attempt whose outcome is unknown stays recognisable beside its successor.
        var attempt = newAttempt();
        return new LockStep(
            state with { Phase = new LockPhase.Attempting(attempt, lease), ChangedAt = Revision.None },
            [new LockEffect.SendAttempt(attempt, lease)]);
    }

    private static LockStep Look(LockState state) => new(state with { Phase = new LockPhase.Looking() }, [new LockEffect.SendRead()]);

    private static LockStep BackOff(LockState state, EtcdException error)
    {
        var failures = state.Failures + 1;
        return new LockStep(
            state with { Phase = new LockPhase.BackingOff(), Failures = failures, LastError = error },
            [new LockEffect.SetTimer(LockTimer.Retry, failures)]);
    }

    private static LockStep EnsureWatch(LockState state, Revision from) => state.IsWatching
        ? state
        : new LockStep(state with { IsWatching = true }, [new LockEffect.StartWatch(from)]);

    /// <summary>The key is ours: hand the lock to the first in line, or remove the key when nobody wants it.</summary>
    private LockStep Own(LockState state, Revision token, LeaseId lease, TimeSpan validFor)
    {
        var seen = state with { Seen = Later(state.Seen, token), Failures = 0, LastError = null, Holder = null };
        if (seen.Lease?.Id != lease)
        {
            return Advance(seen);
        }

        if (seen.Waiters.IsEmpty)
        {
            return SendRelease(seen, null, token, lease);
        }

        if (validFor < seen.Lease.Ttl / 2)
        {
            return new LockStep(
                seen with { Phase = new LockPhase.Confirming(token, lease) },
                [new LockEffect.VerifyLease(lease), new LockEffect.SetTimer(LockTimer.Confirm, 0)]);
        }

        var request = seen.Waiters[0].Request;
        var step = new LockStep(
            seen with { Phase = new LockPhase.Holding(request, token, lease), Waiters = seen.Waiters.RemoveAt(0) },
            [new LockEffect.Grant(request, token, lease)]);
        return (seen.IsWatching ? step : step.Do(new LockEffect.SetTimer(LockTimer.OwnKeyWatch, 0))).Then(s => AnswerTries(s, new LockReply.NotAcquired(null)));
    }

    /// <summary>The key is somebody else's: wait for its change, if anybody wants to wait.</summary>
    private LockStep Block(LockState state, KeyValue current, Revision revision)
    {
        var holder = LockValue.HolderOf(current);
        return AnswerTries(state with { Holder = holder, Failures = 0, LastError = null }, new LockReply.NotAcquired(holder)).Then(s =>
            s.Waiters.IsEmpty
                ? Advance(s)
                : EnsureWatch(s with { Phase = new LockPhase.Blocked() }, revision.Next).Do(new LockEffect.SetTimer(LockTimer.Fallback, 0)));
    }

    /// <summary>A key that carries our lease and our form, met outside of its own reply.</summary>
    private LockStep MeetOurs(LockState state, KeyValue current, TimeSpan validFor)
    {
        var attempt = LockValue.AttemptOf(current)!.Value;
        var others = state.Unresolved.Remove(attempt);
        if (others.Count < state.Unresolved.Count)
        {
            var resolved = state with { Unresolved = others };
            return (resolved.Waiters.IsEmpty ? new LockStep(resolved, [new LockEffect.NoteAbandonedFound(attempt)]) : resolved)
                .Then(s => Own(s, current.ModRevision, current.Lease, validFor));
        }

        // Of an earlier life of this actor: its token may have been handed out, so it cannot be handed out again.
        return new LockStep(state with { Seen = Later(state.Seen, current.ModRevision) }, [new LockEffect.NoteAbandonedFound(attempt)])
            .Then(s => SendRelease(s, null, current.ModRevision, current.Lease));
    }

    private static bool IsOurs(LockState state, KeyValue current) =>
        state.Lease is { } lease && current.Lease == lease.Id && LockValue.AttemptOf(current) is not null;

    private static LockStep SendRelease(LockState state, LockRequestId? request, Revision token, LeaseId lease) =>
        new(state with { Phase = new LockPhase.Releasing(request, token, lease), Failures = 0 }, [new LockEffect.SendRelease(token)]);

    private static LockStep Released(LockState state, LockPhase.Releasing phase) => phase.Request is { } request
        ? new LockStep(state, [new LockEffect.Reply(request, new LockReply.Released())])
        : state;

    private static LockStep AnswerTries(LockState state, LockReply answer)
    {
        var tries = state.Waiters.FindAll(w => w.IsTry);
        return tries.IsEmpty
            ? state
            : new LockStep(state with { Waiters = state.Waiters.RemoveAll(w => w.IsTry) }, [.. tries.Select(w => new LockEffect.Reply(w.Request, answer))]);
    }

    private static LockStep FailTries(LockState state, EtcdException error) => AnswerTries(state, new LockReply.Failed(error));

    private static LockStep FailAll(LockState state, EtcdException error) => new(
        state with { Waiters = [] },
        [.. state.Waiters.Select(w => new LockEffect.Reply(w.Request, new LockReply.Failed(error)))]);

    private static Revision Later(Revision a, Revision b) => a > b ? a : b;
}
