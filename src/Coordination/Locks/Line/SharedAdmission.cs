using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>
/// Who is in. The line is ordered by create revision; an entry is in when those before it, in or waiting, leave enough permits for it. New entries
/// come at the end, so who is in stays in, nobody overtakes, and a reader behind a waiting writer waits: writers are not starved.
/// </summary>
internal static class SharedAdmission
{
    /// <summary>Why an entry is not in the line as it was put; null when it is.</summary>
    public static LossReason? Interference(Bytes key, Entry entry, LineShown line) => line.Find(key) switch
    {
        null => LossReason.KeyDeleted,
        { } own when own.ModRevision != entry.Created || own.Lease != entry.Lease => LossReason.KeyOverwritten,
        _ => null,
    };

    /// <summary>What the line means for the entry with this key, which is in it.</summary>
    public static SharedVerdict Judge(LockName name, LineShown line, Bytes key, LockTerms terms)
    {
        var own = line.Find(key)!;
        var before = Before(line, own);
        if (before.IsEmpty)
        {
            return new SharedVerdict.In(terms.Mode == LockMode.Read ? Revision.None : own.CreateRevision);
        }

        // The oldest entry says how many permits there are. Another one before us that says otherwise is about to be refused: nobody passes it.
        if (LockValue.TermsOf(name, before[0]) is { } oldest && oldest.Limit != terms.Limit)
        {
            return new SharedVerdict.OtherLimit(oldest.Limit, LockValue.HolderOf(before[0], before[0].CreateRevision));
        }

        var blockers = ImmutableDictionary.CreateBuilder<Bytes, long>();
        var taken = 0L;
        KeyValue? last = null;
        foreach (var kv in before)
        {
            var weight = WeightOf(name, kv, terms);
            taken += weight;
            if (terms.Mode != LockMode.Read || weight >= terms.Limit)
            {
                blockers.Add(kv.Key, weight);
                last = kv;
            }
        }

        if (taken + terms.Permits <= terms.Limit)
        {
            return new SharedVerdict.In(terms.Mode == LockMode.Read ? Revision.None : before[0].CreateRevision);
        }

        // Who needs everybody before it to leave waits for the last of them, and looks again. Who needs only some waits for any.
        var target = terms.Mode == LockMode.Read || terms.TakesAll ? KeyRange.Of(last!.Key) : name.Folder(terms.Mode);
        return new SharedVerdict.Waits(blockers.ToImmutable(), target, LockValue.HolderOf(before[0], before[0].CreateRevision));
    }

    /// <summary>Those that came before an entry, the oldest first.</summary>
    private static ImmutableArray<KeyValue> Before(LineShown line, KeyValue own) =>
        [.. line.Line.Where(kv => IsBefore(kv, own)).OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key)];

    // Whoever puts several keys in one transaction gives them one revision: then their keys decide, the same everywhere.
    private static bool IsBefore(KeyValue kv, KeyValue own) =>
        kv.CreateRevision < own.CreateRevision || (kv.CreateRevision == own.CreateRevision && kv.Key < own.Key);

    // What cannot be read, or believes in another number of permits, takes all.
    private static long WeightOf(LockName name, KeyValue kv, LockTerms terms) =>
        LockValue.TermsOf(name, kv) is { } other && other.Limit == terms.Limit ? other.Permits : terms.Limit;
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
}
