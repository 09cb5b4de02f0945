using System.Collections.Immutable;
using Coordination.Discovery.Layouts;
using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>What a registrar does.</summary>
internal sealed partial class RegistrarMachine
{
    private static RegistrarState Rest(RegistrarState state) => state with { Phase = RegistrarPhase.Resting };

    /// <summary>Nothing is under way: what is the next thing to do?</summary>
    private RegistrarStep Advance(RegistrarState state)
    {
        if (state.IsLeaving)
        {
            return state.Used.IsEmpty ? AfterRemoval(state) : Remove(state);
        }

        if (state.Lease.IsNone)
        {
            return state;
        }

        var entries = layout.EntriesOf(state.Wish, state.Lease);
        if (entries.IsEmpty)
        {
            // The layout has no place for an instance that does not serve: nothing of it is there.
            var isGone = state.Known is null ? state.Used.IsEmpty : !state.Known.Values.Any(kv => IsOurs(state, kv));
            return isGone ? Settle(state, held: null) : Remove(state);
        }

        return state.Known is null or { IsEmpty: true } ? Create(state, entries)
            : entries.All(e => state.Known.TryGetValue(e.Key, out var kv) && kv.Value == e.Value && kv.Lease == state.Lease) ? Settle(state, state.Known).Then(EnsureWatch)
            : state.Known.Values.All(kv => IsOurs(state, kv)) ? Write(state, entries, RegistrarTxns.Replace(entries, state.Known, state.Lease))
            : Meet(state, entries);
    }

    private static RegistrarStep Create(RegistrarState state, ImmutableArray<KeyEntry> entries)
    {
        var claim = RegistrarTxns.Claim(entries, state.Lease);

        // Held and gone while the lease lives: somebody deleted them.
        return state.Known is not null && state.Held?.Values.Any(kv => kv.Lease == state.Lease) == true
            ? Repair(state with { Conflict = null }, "its keys were deleted", entries, claim)
            : Write(state with { Conflict = null }, entries, claim);
    }

    /// <summary>The keys, or some of them, are somebody else's.</summary>
    private RegistrarStep Meet(RegistrarState state, ImmutableArray<KeyEntry> entries)
    {
        if (state.Conflict is not null)
        {
            return EnsureWatch(state);
        }

        var known = state.Known!;
        var other = known.Values.First(kv => !IsOurs(state, kv));
        var reading = layout.Read(state.Wish.Service, entries[0].Key, [.. known.Values.OrderBy(kv => kv.Key)]);
        var isSameAddress = reading.Instance?.Address == state.Wish.Address;

        // Not held, and the same address: a predecessor that crashed. Two processes cannot listen on one address.
        if (state.Held is null && isSameAddress)
        {
            return Write(state, entries, RegistrarTxns.Replace(entries, known, state.Lease));
        }

        // Put over ours: a slip, which is repaired, a few times. A key that was created anew, or another process at our address, is a claim.
        var isOverwritten = state.Held?.GetValueOrDefault(other.Key)?.CreateRevision == other.CreateRevision && !(isSameAddress && !other.Lease.IsNone);
        if (isOverwritten && (state.HasPaused || state.Repairs < maxRepairs))
        {
            return Repair(state, "its keys were overwritten", entries, RegistrarTxns.Replace(entries, known, state.Lease));
        }

        var who = reading.Instance is { } instance ? $"an instance at {instance.Address}" : $"something that is no instance ({reading.Problem})";
        var lease = other.Lease.IsNone ? "without a lease" : $"on lease {other.Lease}";
        return EnsureWatch(state with { Conflict = $"the key '{other.Key}' belongs to {who} {lease}, since revision {other.ModRevision}", Held = null });
    }

    private static RegistrarStep Repair(RegistrarState state, string what, ImmutableArray<KeyEntry> entries, EtcdOp.Txn txn)
    {
        if (state.HasPaused)
        {
            return Write(state, entries, txn);
        }

        var repairing = state with { Repairs = state.Repairs + 1 };
        var step = new RegistrarStep(repairing, [new RegistrarEffect.NoteRepair(what), new RegistrarEffect.SetForgetTimer()]);

        // The first time at once; somebody who keeps interfering does not get a hot loop.
        return repairing.Repairs == 1
            ? step.Then(s => Write(s, entries, txn))
            : step.Then(s => s with { Phase = RegistrarPhase.BackingOff }).Do(new RegistrarEffect.SetRetryTimer(repairing.Repairs - 1));
    }

    private static RegistrarStep Write(RegistrarState state, ImmutableArray<KeyEntry> entries, EtcdOp.Txn txn) => new(
        state with
        {
            Phase = RegistrarPhase.Writing,
            IsSettled = false,
            HasPaused = false,
            SentAt = state.Seen,
            SentOn = state.Lease,
            Sent = entries,
            Used = WithLease(state.Used, state.Lease),
        },
        [new RegistrarEffect.Send(txn, [.. entries.Select(entry => entry.Key)])]);

    private RegistrarStep Settle(RegistrarState state, ImmutableDictionary<Bytes, KeyValue>? held)
    {
        var settled = state with
        {
            IsSettled = true,
            Held = held,
            HasPaused = false,
            Conflict = null,
            Updates = [],
            Used = layout.DependsOnLease || state.Used.IsEmpty ? state.Used : [state.Lease],
        };
        var step = new RegistrarStep(settled, [.. state.Updates.Select(u => new RegistrarEffect.Reply(u, new RegistrationReply.Done()))]);
        return held is null ? step : step.Do(new RegistrarEffect.NoteRegistered(state.Lease));
    }

    private RegistrarStep Remove(RegistrarState state)
    {
        var keys = (from lease in state.Used from key in layout.KeysOf(state.Wish, lease) select (Key: key, lease)).ToList();
        return new RegistrarStep(
            state with { Phase = RegistrarPhase.Removing, SentAt = state.Seen, SentOn = state.Lease },
            [new RegistrarEffect.Send(RegistrarTxns.Remove(keys), [.. keys.Select(k => k.Key).Distinct()])]);
    }

    private RegistrarStep OnRemoved(RegistrarState state, Revision revision)
    {
        var removed = state with
        {
            Known = state.Known?.RemoveRange(state.Known.Values.Where(kv => IsOurs(state, kv) && kv.ModRevision <= revision).Select(kv => kv.Key))
                ?? ImmutableDictionary<Bytes, KeyValue>.Empty,
            Held = null,
            Seen = state.Seen > revision && revision >= state.SentAt ? state.Seen : revision,
        };
        return removed.IsLeaving ? AfterRemoval(removed) : Advance(removed);
    }

    private RegistrarStep AfterRemoval(RegistrarState state) => ownLease
        ? new RegistrarStep(state with { Phase = RegistrarPhase.Closing }, [new RegistrarEffect.CloseLease()])
        : Finish(state);

    private static RegistrarStep Finish(RegistrarState state) => new(
        state with { Phase = RegistrarPhase.Ended, Leavers = [], Error = null, Conflict = null },
        [.. state.Leavers.Select(l => new RegistrarEffect.Reply(l, new RegistrationReply.Done())), new RegistrarEffect.End()]);

    private RegistrarStep EnsureWatch(RegistrarState state)
    {
        if (state.IsWatching)
        {
            return state;
        }

        var first = layout.KeysOf(state.Wish, state.Lease)[0];
        var keys = layout.Form is ServiceForm.FourField ? layout.RangeOf(state.Wish.Service) : KeyRange.Of(first);

        // From the revision after what is known: a watch that starts in the past is served late. Nothing known: it begins with a reading.
        return new RegistrarStep(
            state with { IsWatching = true }, [new RegistrarEffect.StartWatch(keys, state.Seen == Revision.None ? Revision.None : state.Seen.Next)]);
    }

    private static RegistrarStep StopWatch(RegistrarState state) => state.IsWatching
        ? new RegistrarStep(state with { IsWatching = false }, [new RegistrarEffect.StopWatch()])
        : state;

    private static bool IsOurs(RegistrarState state, KeyValue kv) => !kv.Lease.IsNone && (kv.Lease == state.Lease || state.Used.Contains(kv.Lease));

    private static ImmutableList<LeaseId> WithLease(ImmutableList<LeaseId> used, LeaseId lease)
    {
        var next = used.Remove(lease).Add(lease);
        return next.Count > MostLeases ? next.RemoveAt(0) : next;
    }

    private HashSet<Bytes> Keys(RegistrarState state) => [.. layout.KeysOf(state.Wish, state.Lease)];

    private ImmutableDictionary<Bytes, KeyValue> Mine(RegistrarState state, IEnumerable<KeyValue> shown)
    {
        var mine = Keys(state);
        return shown.Where(kv => mine.Contains(kv.Key)).ToImmutableDictionary(kv => kv.Key);
    }

    /// <summary>Whether it is the put that was sent last, whatever its answer will be.</summary>
    private static bool IsSent(RegistrarState state, KeyValue kv) => kv.Lease == state.SentOn && state.Sent.Contains(new KeyEntry(kv.Key, kv.Value));

    /// <summary>The keys as the put that was made has left them.</summary>
    private static ImmutableDictionary<Bytes, KeyValue> Put(RegistrarState state, Revision revision) =>
        state.Sent.ToImmutableDictionary(e => e.Key, e =>
        {
            // A key that is known to be younger than the put was created anew after it.
            var before = state.Known?.GetValueOrDefault(e.Key) is { } kv && kv.CreateRevision <= revision ? kv : null;
            return new KeyValue(e.Key, e.Value, before?.CreateRevision ?? revision, revision, (before?.Version ?? 0) + 1, state.SentOn);
        });
}
