using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Time;
using Step = (Coordination.Leases.LeaseState State, System.Collections.Immutable.ImmutableArray<Coordination.Leases.LeaseEffect> Effects);

namespace Coordination.Leases;

/// <summary>
/// The rules of a lease, pure: what state follows from a message, and what is to be done. Safety: a deadline is only ever computed from a send
/// time; an acknowledgement after the deadline does not count; Lost is terminal.
/// </summary>
internal sealed class LeaseMachine(LeaseSettings settings, Func<LeaseId> newId)
{
    // A revocation at the end is a courtesy to those who wait: the lease runs out by itself.
    private static readonly TimeSpan RevokeLimit = TimeSpan.FromSeconds(5);

    public Step Handle(LeaseState state, LeaseMessage message)
    {
        // Whatever is being said, it is said too late when the deadline has passed.
        if (state is LeaseState.Held held && message.Now >= held.Deadline && message is not LeaseMessage.Release)
        {
            return Lose(held.Id, held.Ttl, LossReason.Expired);
        }

        return (state, message) switch
        {
            (LeaseState.Idle, LeaseMessage.Acquire m) => Grant(newId(), m.Now, null, 0),
            (LeaseState.Idle, LeaseMessage.Release) => End(),
            (LeaseState.Acquiring s, LeaseMessage.TimerFired { Timer: LeaseTimer.RetryGrant } m) => Grant(s.Id, m.Now, s.UnknownSince, s.Failures),
            (LeaseState.Acquiring s, LeaseMessage.Granted m) => OnGranted(s, m),
            (LeaseState.Acquiring s, LeaseMessage.GrantFailed m) => OnGrantFailed(s, m),
            (LeaseState.Acquiring s, LeaseMessage.Release) => Revoke(s.Id),

            (LeaseState.Adopting s, LeaseMessage.Renewed m) => OnProven(s, m),
            (LeaseState.Adopting s, LeaseMessage.RenewalFailed m) => (
                s with { Failures = s.Failures + 1 },
                [new LeaseEffect.Tell(new LeaseEvent.NotYetOpened(m.Error)), new LeaseEffect.SetRetryTimer(LeaseTimer.Renew, s.Failures + 1)]),
            (LeaseState.Adopting s, LeaseMessage.TimerFired { Timer: LeaseTimer.Renew }) => Adopt(s.Id, s.Failures),
            (LeaseState.Adopting s, LeaseMessage.Release) => Revoke(s.Id),

            (LeaseState.Held s, LeaseMessage.TimerFired { Timer: LeaseTimer.Renew }) => Renew(s),
            (LeaseState.Held s, LeaseMessage.Verify m) => m.Lease == s.Id && !s.IsRenewing ? Renew(s) : Stay(s),
            (LeaseState.Held s, LeaseMessage.GiveUp m) => m.Lease == s.Id ? Lose(s.Id, s.Ttl, m.Reason) : Stay(s),
            (LeaseState.Held s, LeaseMessage.Renewed m) => OnRenewed(s, m),
            (LeaseState.Held s, LeaseMessage.RenewalFailed m) => OnRenewalFailed(s, m),
            (LeaseState.Held s, LeaseMessage.ClaimRanOut) => Lose(s.Id, s.Ttl, LossReason.Expired),
            (LeaseState.Held s, LeaseMessage.TimerFired { Timer: LeaseTimer.Suspect }) => OnSuspect(s, null),
            (LeaseState.Held s, LeaseMessage.TimerFired { Timer: LeaseTimer.Deadline } m) =>
                (s, [new LeaseEffect.SetTimer(LeaseTimer.Deadline, s.Deadline - m.Now)]),
            (LeaseState.Held s, LeaseMessage.Release) => Prepend(Revoke(s.Id), new LeaseEffect.Lose(LossReason.Released)),

            (LeaseState.Lost s, LeaseMessage.TimerFired { Timer: LeaseTimer.RevokeLost }) => (s, [new LeaseEffect.SendRevoke(s.Id)]),
            (LeaseState.Lost s, LeaseMessage.RevokeEnded { Error.IsTransient: true }) =>
                (s with { Failures = s.Failures + 1 }, [new LeaseEffect.SetRetryTimer(LeaseTimer.RevokeLost, s.Failures + 1)]),
            (LeaseState.Lost, LeaseMessage.RevokeEnded or LeaseMessage.TimerFired { Timer: LeaseTimer.GiveUp }) => End(),
            (LeaseState.Lost s, LeaseMessage.Release) => Revoke(s.Id),

            (LeaseState.Releasing, LeaseMessage.RevokeEnded or LeaseMessage.TimerFired { Timer: LeaseTimer.GiveUp }) => End(),

            // Facts that come late: a reply to what nobody waits for any more.
            _ => Stay(state),
        };
    }

    private static Step Stay(LeaseState state) => (state, []);

    private static Step End() => (new LeaseState.Ended(), [new LeaseEffect.CancelTimers(), new LeaseEffect.End()]);

    private static Step Grant(LeaseId id, Instant now, Instant? unknownSince, int failures) =>
        (new LeaseState.Acquiring(id, now, unknownSince, failures), [new LeaseEffect.SendGrant(id)]);

    private static Step Revoke(LeaseId id) => (
        new LeaseState.Releasing(id),
        [new LeaseEffect.CancelTimers(), new LeaseEffect.SendRevoke(id), new LeaseEffect.SetTimer(LeaseTimer.GiveUp, RevokeLimit)]);

    private static Step Prepend(Step step, LeaseEffect effect) => (step.State, step.Effects.Insert(0, effect));

    private Step OnGranted(LeaseState.Acquiring s, LeaseMessage.Granted m) => Open(s.Id, m.SentAt, settings.Claimable(m.Ttl), m.Now);

    private Step OnGrantFailed(LeaseState.Acquiring s, LeaseMessage.GrantFailed m)
    {
        if (m.Error.Kind == CoordinationErrorKind.LeaseAlreadyExists)
        {
            // Ours, when an earlier grant may have been applied; else the id of somebody else.
            return s.UnknownSince is null ? Grant(newId(), m.Now, null, s.Failures + 1) : Adopt(s.Id, 0);
        }

        var failures = s.Failures + 1;
        var unknownSince = m.Error.Outcome == WriteOutcome.Unknown ? s.UnknownSince ?? s.SentAt : s.UnknownSince;
        return (
            s with { UnknownSince = unknownSince, Failures = failures },
            [new LeaseEffect.Tell(new LeaseEvent.NotYetOpened(m.Error)), new LeaseEffect.SetRetryTimer(LeaseTimer.RetryGrant, failures)]);
    }

    private Step Adopt(LeaseId id, int failures) =>
        (new LeaseState.Adopting(id, failures), [new LeaseEffect.SendKeepAlive(id, LeaseSettings.RenewalTimeout(settings.Ttl, failures))]);

    private Step OnProven(LeaseState.Adopting s, LeaseMessage.Renewed m) =>
        m.Ttl <= TimeSpan.Zero ? Grant(newId(), m.Now, null, 0) : Open(s.Id, m.SentAt, settings.Claimable(settings.Believable(m.Ttl)), m.Now);

    private Step Open(LeaseId id, Instant sentAt, TimeSpan ttl, Instant now)
    {
        var deadline = settings.Deadline(sentAt, ttl);
        if (deadline <= now)
        {
            // The reply took longer than the lease may be claimed. It exists, so a renewal can still prove it.
            return Adopt(id, 0);
        }

        return (
            new LeaseState.Held(id, ttl, sentAt, deadline, IsRenewing: false, IsSuspect: false, Failures: 0),
            [
                new LeaseEffect.Open(id, ttl, deadline),
                new LeaseEffect.SetTimer(LeaseTimer.Renew, After(sentAt, settings.RenewalInterval(ttl), now)),
                new LeaseEffect.SetTimer(LeaseTimer.Suspect, After(sentAt, LeaseSettings.SuspectAfter(ttl), now)),
                new LeaseEffect.SetTimer(LeaseTimer.Deadline, deadline - now),
            ]);
    }

    private static Step Renew(LeaseState.Held s) =>
        (s with { IsRenewing = true }, [new LeaseEffect.SendKeepAlive(s.Id, LeaseSettings.RenewalTimeout(s.Ttl, s.Failures))]);

    private Step OnRenewed(LeaseState.Held s, LeaseMessage.Renewed m)
    {
        if (m.Ttl <= TimeSpan.Zero)
        {
            return Lose(s.Id, s.Ttl, LossReason.LeaseGone);
        }

        // A renewal gives what the grant gave; more is not believed.
        var told = settings.Claimable(m.Ttl);
        var ttl = told < s.Ttl ? told : s.Ttl;
        var proven = m.SentAt > s.ProvenAt ? m.SentAt : s.ProvenAt;
        var computed = settings.Deadline(m.SentAt, ttl);
        var deadline = computed > s.Deadline ? computed : s.Deadline;
        ImmutableArray<LeaseEffect> effects =
        [
            new LeaseEffect.Extend(deadline),
            new LeaseEffect.SetTimer(LeaseTimer.Renew, After(proven, settings.RenewalInterval(ttl), m.Now)),
            new LeaseEffect.SetTimer(LeaseTimer.Suspect, After(proven, LeaseSettings.SuspectAfter(ttl), m.Now)),
        ];
        return (
            s with { ProvenAt = proven, Deadline = deadline, IsRenewing = false, IsSuspect = false, Failures = 0 },
            s.IsSuspect ? effects.Add(new LeaseEffect.Tell(new LeaseEvent.SuspicionChanged(s.Id, false, null))) : effects);
    }

    private static Step OnRenewalFailed(LeaseState.Held s, LeaseMessage.RenewalFailed m)
    {
        var failures = s.Failures + 1;
        return (
            s with { IsRenewing = false, Failures = failures },
            [new LeaseEffect.SetRetryTimer(LeaseTimer.Renew, failures), .. s.IsSuspect ? OnSuspect(s, m.Error).Effects : []]);
    }

    private static Step OnSuspect(LeaseState.Held s, EtcdException? error) =>
        (s with { IsSuspect = true }, [new LeaseEffect.Tell(new LeaseEvent.SuspicionChanged(s.Id, true, error))]);

    private Step Lose(LeaseId id, TimeSpan ttl, LossReason reason) => (
        new LeaseState.Lost(id, reason),
        [
            new LeaseEffect.CancelTimers(),
            new LeaseEffect.Lose(reason),
            new LeaseEffect.Tell(new LeaseEvent.Lost(id, reason)),

            // The server may still have it, and its keys in everybody's way; an etcd that was restarted gives it a whole TTL again. Its holders get
            // their margin to stop first, and what they protect the delay.
            .. settings.RevokeWhenLost
                ? (LeaseEffect[])[new LeaseEffect.SetTimer(LeaseTimer.RevokeLost, LeaseSettings.Margin(ttl) + settings.Delay), new LeaseEffect.SetTimer(LeaseTimer.GiveUp, RevokeLimit + (2 * ttl) + settings.Delay)]
                : [new LeaseEffect.End()],
        ]);

    private static TimeSpan After(Instant start, TimeSpan span, Instant now)
    {
        var left = start + span - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
