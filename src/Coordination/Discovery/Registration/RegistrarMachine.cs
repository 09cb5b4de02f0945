using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>
/// The rules of one registration, pure: what is wished for is held against what is known of etcd, and while they differ a transaction is under way that brings
/// them together. This file is what it is told; RegistrarMachine.Moves.cs is what it does about it.
/// <para>
/// One transaction at a time, guarded by what is known: it is made, or it shows what is there. When its reply is lost, the journal shows what is there once it is
/// certain that the transaction will not be made any more. Without a lease there is no journal; then only keys of older leases are deleted, which can be repeated.
/// </para>
/// </summary>
internal sealed partial class RegistrarMachine(ServiceLayout layout, bool ownLease, int maxRepairs)
{
    // Leases that keys may be left on. More than a few would mean that none of them ever carried a key.
    private const int MostLeases = 8;

    public RegistrarStep Handle(RegistrarState state, RegistrarMessage message)
    {
        var step = Take(state, message);

        // The lease and the health are told first: who gets an answer finds them changed, and who is told of the health finds the lease.
        return step.State.Health == state.Health ? step : step with
        {
            Effects =
            [
                .. step.Effects.Where(effect => effect is RegistrarEffect.NoteRegistered),
                new RegistrarEffect.Tell(step.State.Health),
                .. step.Effects.Where(effect => effect is not RegistrarEffect.NoteRegistered),
            ],
        };
    }

    private RegistrarStep Take(RegistrarState state, RegistrarMessage message) => message switch
    {
        RegistrarMessage.Wish m => OnWish(state, m),
        RegistrarMessage.Leave m => OnLeave(state, m),
        RegistrarMessage.LeaseOpened m => OnLeaseOpened(state, m.Lease),
        RegistrarMessage.LeaseLost m => OnLeaseLost(state, m.Lease),
        RegistrarMessage.LeaseClosed => state.Phase is RegistrarPhase.Closing ? Finish(state) : state,
        RegistrarMessage.Written m => OnWritten(state, m),
        RegistrarMessage.Settled m => OnSettled(state, m),
        RegistrarMessage.WriteFailed m => OnWriteFailed(state, m.Error),
        RegistrarMessage.Changed m => OnChanged(state, m),
        RegistrarMessage.Resynced m => OnResynced(state, m),
        RegistrarMessage.TimerFired { Timer: RegistrarTimer.Retry } => state.Phase is RegistrarPhase.BackingOff
            ? Advance(Rest(state) with { HasPaused = true })
            : state,
        RegistrarMessage.TimerFired => state with { Repairs = 0 },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private RegistrarStep OnWish(RegistrarState state, RegistrarMessage.Wish m)
    {
        if (state.IsLeaving)
        {
            return m.Request is { } late ? new RegistrarStep(state, [new RegistrarEffect.Reply(late, RegistrationReply.Left(state.Wish))]) : state;
        }

        var wishing = state with { Wish = m.Instance, IsSettled = false, Updates = m.Request is { } request ? state.Updates.Add(request) : state.Updates };
        return wishing.Phase is RegistrarPhase.Resting ? Advance(wishing) : wishing;
    }

    private RegistrarStep OnLeave(RegistrarState state, RegistrarMessage.Leave m)
    {
        if (state.HasLeft)
        {
            return new RegistrarStep(state, [new RegistrarEffect.Reply(m.Request, new RegistrationReply.Done())]);
        }

        var leaving = state with { IsLeaving = true, IsSettled = false, Leavers = state.Leavers.Add(m.Request), Updates = [] };
        var step = new RegistrarStep(leaving, [.. state.Updates.Select(u => new RegistrarEffect.Reply(u, RegistrationReply.Left(state.Wish)))]);
        return leaving.Phase switch
        {
            RegistrarPhase.Resting => step.Then(Advance),
            RegistrarPhase.BackingOff => step.Do(new RegistrarEffect.CancelTimer(RegistrarTimer.Retry)).Then(s => Advance(Rest(s))),
            _ => step,
        };
    }

    private RegistrarStep OnLeaseOpened(RegistrarState state, LeaseId lease)
    {
        var opened = state with { Lease = lease, Error = null, Failures = 0 };
        return opened.Phase switch
        {
            RegistrarPhase.Resting => Advance(opened),

            // What it failed with was the want of this lease, or is tried again with it.
            RegistrarPhase.BackingOff => new RegistrarStep(Rest(opened), [new RegistrarEffect.CancelTimer(RegistrarTimer.Retry)]).Then(Advance),
            _ => opened,
        };
    }

    private RegistrarStep OnLeaseLost(RegistrarState state, LeaseId lease)
    {
        if (state.Lease != lease)
        {
            return state;
        }

        // The keys may still be there: the next lease takes them over as they are. What is under way on this one is not answered any more.
        var without = state with { Lease = LeaseId.None, IsSettled = false };
        var step = layout.DependsOnLease ? StopWatch(without with { Known = null }) : without;
        return state.Phase is RegistrarPhase.Writing or RegistrarPhase.Removing && state.SentOn == lease ? step.Then(s => Advance(Rest(s))) : step;
    }

    private RegistrarStep OnWritten(RegistrarState state, RegistrarMessage.Written m)
    {
        var resting = Rest(state) with { Failures = 0, Error = null };
        return state.Phase switch
        {
            RegistrarPhase.Writing => Advance(Learn(resting, m)),
            RegistrarPhase.Removing => OnRemoved(resting, m.Revision),
            _ => state,
        };
    }

    private RegistrarStep OnSettled(RegistrarState state, RegistrarMessage.Settled m)
    {
        var resting = Rest(state) with { Failures = 0, Error = null };
        return state.Phase switch
        {
            RegistrarPhase.Writing => Advance(Learn(resting, new RegistrarMessage.Written(m.Revision, m.Shown))),
            RegistrarPhase.Removing => m.Shown.Any(kv => IsOurs(state, kv)) ? Advance(resting) : OnRemoved(resting, m.Revision),
            _ => state,
        };
    }

    private static RegistrarStep OnWriteFailed(RegistrarState state, EtcdException error)
    {
        if (state.Phase is not (RegistrarPhase.Writing or RegistrarPhase.Removing))
        {
            return state;
        }

        var failed = state with
        {
            Phase = RegistrarPhase.BackingOff,
            Failures = state.Failures + 1,
            Error = error,
        };
        var step = new RegistrarStep(failed, [new RegistrarEffect.SetRetryTimer(failed.Failures, error.IsTransient)]);
        return error.Kind is CoordinationErrorKind.LeaseNotFound ? step.Do(new RegistrarEffect.VerifyLease(state.SentOn)) : step;
    }

    private RegistrarStep OnChanged(RegistrarState state, RegistrarMessage.Changed m)
    {
        if (m.Revision <= state.Seen)
        {
            return state;
        }

        var mine = Keys(state);
        var (known, held) = (state.Known ?? ImmutableDictionary<Bytes, KeyValue>.Empty, state.Held);
        foreach (var e in m.Events.Where(e => mine.Contains(e.Current.Key)))
        {
            known = e.IsDelete ? known.Remove(e.Current.Key) : known.SetItem(e.Current.Key, e.Current);
            held = !e.IsDelete && IsSent(state, e.Current) ? (held ?? ImmutableDictionary<Bytes, KeyValue>.Empty).SetItem(e.Current.Key, e.Current) : held;
        }

        return Look(state with { Known = known, Held = held, Seen = m.Revision });
    }

    private RegistrarStep OnResynced(RegistrarState state, RegistrarMessage.Resynced m) =>
        Look(state with { Known = Mine(state, m.Keys), Seen = m.Revision });

    /// <summary>Something may have changed that nobody here did.</summary>
    private RegistrarStep Look(RegistrarState state) => state.Phase is RegistrarPhase.Resting ? Advance(state with { IsSettled = false }) : state;

    /// <summary>Takes the answer to a put into account, unless the watch has shown something newer in the meantime.</summary>
    private RegistrarState Learn(RegistrarState state, RegistrarMessage.Written m)
    {
        // A linearizable answer with a smaller revision than was seen before: the store's history went back.
        var isNews = m.Revision >= state.Seen || m.Revision < state.SentAt;
        if (m.Shown is { } shown)
        {
            return isNews ? state with { Known = Mine(state, shown), Seen = m.Revision } : state;
        }

        // Held even when something newer has been seen: whatever was put over ours since then is put over something that we had.
        var put = Put(state, m.Revision);
        return m.Revision > state.Seen || m.Revision < state.SentAt
            ? state with { Known = put, Seen = m.Revision }
            : state with { Held = put };
    }
}
