using Coordination.Etcd;

namespace Coordination.Demo.Cron.Ledger;

/// <summary>
/// The proof of a run, from what is written in etcd: by etcd's own revisions and by the machine's clock no two runs of a job overlapped, the tokens
/// only grew, and no tick was completed twice.
/// </summary>
/// <param name="Entries">Runs that were begun.</param>
/// <param name="Finished">Runs that were completed.</param>
/// <param name="Overlaps">Pairs of runs of one job that overlapped.</param>
/// <param name="TokensOutOfOrder">Runs whose token was not larger than that of the run before.</param>
/// <param name="TicksRunTwice">Ticks that were completed more than once.</param>
/// <param name="Unreadable">Entries that are no entries.</param>
internal sealed record LedgerCheck(int Entries, int Finished, int Overlaps, int TokensOutOfOrder, int TicksRunTwice, int Unreadable)
{
    public static LedgerCheck Empty { get; } = new(0, 0, 0, 0, 0, 0);

    public bool Holds => !Problems().Any();

    public static LedgerCheck operator +(LedgerCheck a, LedgerCheck b) => new(
        a.Entries + b.Entries,
        a.Finished + b.Finished,
        a.Overlaps + b.Overlaps,
        a.TokensOutOfOrder + b.TokensOutOfOrder,
        a.TicksRunTwice + b.TicksRunTwice,
        a.Unreadable + b.Unreadable);

    /// <summary>What is wrong, a sentence each; nothing when the check holds.</summary>
    public IEnumerable<string> Problems()
    {
        (int Count, string Text)[] faults =
        [
            (Overlaps, $"{Overlaps} pairs of runs overlapped"),
            (TokensOutOfOrder, $"{TokensOutOfOrder} tokens did not grow"),
            (TicksRunTwice, $"{TicksRunTwice} ticks were completed twice"),
            (Unreadable, $"{Unreadable} entries of the ledger cannot be read"),
            (Finished == 0 ? 1 : 0, "no run was finished, so there is nothing to check: let it run longer, or let the jobs work for a shorter time"),
        ];
        return faults.Where(fault => fault.Count > 0).Select(fault => fault.Text);
    }

    /// <summary>Checks the ledger of one job.</summary>
    public static LedgerCheck Of(IReadOnlyList<KeyValue> ledger)
    {
        var decoded = ledger.Select(kv => (Kv: kv, Entry: LedgerEntry.Decode(kv.Value))).ToList();
        var runs = decoded.Where(r => r.Entry is not null).OrderBy(r => r.Kv.CreateRevision).Select(r => (r.Kv, Entry: r.Entry!)).ToList();
        var overlaps = 0;
        var outOfOrder = 0;
        foreach (var (before, after) in runs.Zip(runs.Skip(1)))
        {
            outOfOrder += after.Entry.Token <= before.Entry.Token ? 1 : 0;

            // A run lasts from its acquisition (its token) to the revision at which its end was written. One that was cut off has no end;
            // the lock's own order says that it was over when the next one got its token.
            var byRevision = before.Entry.FinishedAt is not null && before.Kv.ModRevision.Value >= after.Entry.Token;
            var byClock = before.Entry.FinishedAt > after.Entry.StartedAt;
            overlaps += byRevision || byClock ? 1 : 0;
        }

        var finished = runs.Where(r => r.Entry.FinishedAt is not null).ToList();
        var twice = finished.Count - finished.Select(r => r.Entry.Tick).Distinct().Count();
        return new LedgerCheck(runs.Count, finished.Count, overlaps, outOfOrder, twice, decoded.Count - runs.Count);
    }
}
