using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

public sealed class SharedAdmissionTests
{
    private static readonly SharedLockName Data = new(SharedKind.ReaderWriter, "N");
    private static readonly SharedLockName Pool = new(SharedKind.Semaphore, "N");
    private static readonly LeaseId Lease = new(7);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_reader_is_in_with_readers_before_it_and_shuts_nobody_out()
    {
        var verdict = Judge(Data, SharedAsk.Read, 30, Entry(Data, SharedAsk.Read, 10), Entry(Data, SharedAsk.Read, 20), Entry(Data, SharedAsk.Write, 40));

        Assert.Equal(Revision.None, Assert.IsType<SharedVerdict.In>(verdict).Floor);
    }

    [Fact]
    public void L6_A_reader_waits_for_the_last_writer_before_it_also_when_that_one_waits()
    {
        var last = Entry(Data, SharedAsk.Write, 20);
        var verdict = Judge(Data, SharedAsk.Read, 30, Entry(Data, SharedAsk.Read, 10), last, Entry(Data, SharedAsk.Read, 25));

        Assert.Equal(last.Key, Assert.IsType<SharedVerdict.Waits>(verdict).Target);
    }

    [Fact]
    public void A_writer_waits_for_the_last_of_all_before_it()
    {
        var last = Entry(Data, SharedAsk.Read, 20);
        var verdict = Judge(Data, SharedAsk.Write, 30, Entry(Data, SharedAsk.Write, 10), last, Entry(Data, SharedAsk.Read, 40));

        Assert.Equal(last.Key, Assert.IsType<SharedVerdict.Waits>(verdict).Target);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Permits_are_given_as_long_as_those_before_leave_enough(int permits, bool isIn)
    {
        var verdict = Judge(Pool, SharedAsk.Of(permits, 5), 30, Entry(Pool, SharedAsk.Of(1, 5), 10), Entry(Pool, SharedAsk.Of(2, 5), 20));

        Assert.Equal(isIn ? new SharedVerdict.In(new(10)) : null, verdict as SharedVerdict.In);
        Assert.Equal(!isIn, verdict is SharedVerdict.Waits { Target: { IsSingle: false } });
    }

    [Fact]
    public void The_oldest_says_how_many_permits_there_are_and_another_number_is_refused_with_it()
    {
        var verdict = Judge(Pool, SharedAsk.Of(1, 5), 30, Entry(Pool, SharedAsk.Of(1, 3), 10), Entry(Pool, SharedAsk.Of(1, 5), 20));

        Assert.Equal(3, Assert.IsType<SharedVerdict.OtherLimit>(verdict).Limit);
    }

    [Fact]
    public void S1_Nobody_passes_one_that_believes_in_another_number_until_it_has_left()
    {
        var verdict = Judge(Pool, SharedAsk.Of(1, 5), 30, Entry(Pool, SharedAsk.Of(1, 5), 10), Entry(Pool, SharedAsk.Of(1, 3), 20));

        Assert.IsType<SharedVerdict.Waits>(verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a shell script")]
    [InlineData("{\"owner\":\"x\",\"mode\":\"permits\",\"permits\":0,\"limit\":5}")]
    [InlineData("{\"owner\":\"x\",\"mode\":\"permits\",\"permits\":6,\"limit\":5}")]
    [InlineData("{\"owner\":\"x\",\"mode\":\"permits\"}")]
    [InlineData("[[[[[[[[")]
    [InlineData("\u0000\u0001\uFFFD")]
    public void What_cannot_be_read_takes_all_permits(string value)
    {
        var foreign = new KeyValue("N/semaphore/x", value, new(10), new(10), 1, LeaseId.None);

        var verdict = Judge(Pool, SharedAsk.Of(1, 5), 30, foreign);

        Assert.Equal(!value.StartsWith("{\"owner\"", StringComparison.Ordinal), Assert.IsType<SharedVerdict.Waits>(verdict).Holder.IsForeign);
    }

    [Fact]
    public void S8_Without_our_entry_as_it_was_put_and_on_our_lease_nobody_is_in()
    {
        var entry = Own(Pool, SharedAsk.Of(1, 5), 30);
        KeyValue own = new(entry.Key, "x", new(30), new(30), 1, Lease);

        Assert.Equal(LossReason.KeyDeleted, Interference(entry));
        Assert.Equal(LossReason.KeyOverwritten, Interference(entry, own with { ModRevision = new(31) }));
        Assert.Equal(LossReason.KeyOverwritten, Interference(entry, own with { Lease = new(8) }));
        Assert.Null(Interference(entry, own));

        static LossReason? Interference(SharedEntry entry, params KeyValue[] line) =>
            (SharedAdmission.Judge(Pool, new SharedLine(new(40), [.. line], true), entry) as SharedVerdict.Interfered)?.Reason;
    }

    [Fact]
    public void A_deletion_that_overtakes_the_line_is_not_forgotten()
    {
        var attempts = 0;
        var machine = new SharedLockMachine(Data, new SharedLockSettings(10, 10, 10), () => new AttemptId(new Guid(++attempts, 0, 0, new byte[8])));
        var ahead = Entry(Data, SharedAsk.Write, 20);
        var state = SharedLockState.Initial;
        Tell(new SharedLockMessage.SessionOpened(new LockLease(Lease, Ttl)));
        Tell(new SharedLockMessage.Acquire(new(1), SharedAsk.Write, false));
        Tell(Entered(30));
        Tell(new SharedLockMessage.Acquire(new(2), SharedAsk.Write, false));

        // The watch on the first one's way is faster than the reply that shows the second one behind it.
        Tell(new SharedLockMessage.EntryDeleted(ahead.Key, new(50)));
        Tell(new SharedLockMessage.EntryDeleted(state.Entries[0].Key, new(51)));
        var effects = Tell(Entered(40, Entry(Data, SharedAsk.Write, 30) with { Key = KeyOf(1) }));

        Assert.Contains(effects, e => e is SharedLockEffect.SetTimer { Timer: SharedLockTimer.Fallback } or SharedLockEffect.StartWatch);
        Assert.True(state.WantsRead || state.IsReading);

        SharedLockEffect[] Tell(SharedLockMessage message)
        {
            var (next, done) = machine.Handle(state, message);
            state = next;
            return [.. done];
        }

        SharedLockMessage.Entered Entered(long revision, params KeyValue[] others)
        {
            var entry = state.Entries.Single(e => e.Phase is EntryPhase.Entering);
            var own = new KeyValue(entry.Key, SharedLockValue.Encode("us", SharedAsk.Write, default), new(revision), new(revision), 1, Lease);
            return new(entry.Attempt, new SharedLine(new(revision), [ahead, .. others, own], true), Ttl);
        }

        static Bytes KeyOf(int attempt) => Data.KeyOf(SharedMode.Write, Lease, new AttemptId(new Guid(attempt, 0, 0, new byte[8])));
    }

    private static SharedVerdict Judge(SharedLockName name, SharedAsk ask, long created, params KeyValue[] others)
    {
        var entry = Own(name, ask, created);
        var own = new KeyValue(entry.Key, SharedLockValue.Encode("us", ask, default), new(created), new(created), 1, Lease);
        return SharedAdmission.Judge(name, new SharedLine(new(100), [own, .. others], true), entry);
    }

    private static SharedEntry Own(SharedLockName name, SharedAsk ask, long created)
    {
        var attempt = AttemptId.New();
        return new SharedEntry(attempt, name.KeyOf(ask.Mode, Lease, attempt), Lease, ask, null, new EntryPhase.Held(), new(created), new(created));
    }

    private static KeyValue Entry(SharedLockName name, SharedAsk ask, long created) => new(
        name.KeyOf(ask.Mode, new LeaseId(1), AttemptId.New()), SharedLockValue.Encode("other", ask, default), new(created), new(created), 1, new LeaseId(1));
}
