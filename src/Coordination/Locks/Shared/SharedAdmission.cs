using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>
/// Who is in. The line is ordered by create revision; an entry is in when those before it, in or waiting, leave enough permits for it. New entries
/// come at the end, so who is in stays in, nobody overtakes, and a reader behind a waiting writer waits: writers are not starved.
/// </summary>
internal static class SharedAdmission
{
    public static SharedVerdict Judge(SharedLockName name, SharedLine line, SharedEntry entry)
    {
        if (line.Find(entry.Key) is not { } own)
        {
            return new SharedVerdict.Interfered(LossReason.KeyDeleted);
        }

        if (own.ModRevision != entry.Created || own.Lease != entry.Lease)
        {
            return new SharedVerdict.Interfered(LossReason.KeyOverwritten);
        }

        var ask = entry.Ask;
        var before = line.Before(own);
        if (before.IsEmpty)
        {
            return new SharedVerdict.In(ask.Mode == SharedMode.Read ? Revision.None : own.CreateRevision);
        }

        // The oldest entry says how many permits there are. Another one before us that says otherwise is about to be refused: nobody passes it.
        if (SharedLockValue.AskOf(name, before[0]) is { } oldest && oldest.Limit != ask.Limit)
        {
            return new SharedVerdict.OtherLimit(oldest.Limit, SharedLockValue.HolderOf(before[0]));
        }

        var blockers = ImmutableDictionary.CreateBuilder<Bytes, long>();
        var taken = 0L;
        KeyValue? last = null;
        foreach (var kv in before)
        {
            var weight = WeightOf(name, kv, ask);
            taken += weight;
            if (ask.Mode != SharedMode.Read || weight >= ask.Limit)
            {
                blockers.Add(kv.Key, weight);
                last = kv;
            }
        }

        if (taken + ask.Permits <= ask.Limit)
        {
            return new SharedVerdict.In(ask.Mode == SharedMode.Read ? Revision.None : before[0].CreateRevision);
        }

        // Who needs everybody before it to leave waits for the last of them, and looks again. Who needs only some waits for any.
        var target = ask.Mode == SharedMode.Read || ask.TakesAll ? KeyRange.Of(last!.Key) : name.Folder(ask.Mode);
        return new SharedVerdict.Waits(blockers.ToImmutable(), target, SharedLockValue.HolderOf(before[0]));
    }

    // What cannot be read, or believes in another number of permits, takes all.
    private static long WeightOf(SharedLockName name, KeyValue kv, SharedAsk ask) =>
        SharedLockValue.AskOf(name, kv) is { } other && other.Limit == ask.Limit ? other.Permits : ask.Limit;
}

/// <summary>What a line means for one of our entries.</summary>
internal abstract record SharedVerdict
{
    private SharedVerdict()
    {
    }

    /// <summary>It is in. <paramref name="Floor"/>: everybody older than this is out for good; none for a reader.</summary>
    public sealed record In(Revision Floor) : SharedVerdict;

    /// <summary>It waits until enough of the blockers are gone; the target shows when.</summary>
    public sealed record Waits(ImmutableDictionary<Bytes, long> Blockers, KeyRange Target, LockHolder Holder) : SharedVerdict;

    /// <summary>The semaphore is in use with another number of permits.</summary>
    public sealed record OtherLimit(int Limit, LockHolder Holder) : SharedVerdict;

    /// <summary>The entry is not there any more, or not as it was put.</summary>
    public sealed record Interfered(LossReason Reason) : SharedVerdict;
}
