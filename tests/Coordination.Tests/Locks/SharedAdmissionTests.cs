using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks;

public sealed class SharedAdmissionTests
{
    private static readonly LockName Data = new(LockForm.ReaderWriter, "N");
    private static readonly LockName Pool = new(LockForm.Semaphore, "N");
    private static readonly LeaseId Lease = new(7);

    [Fact]
    public void A_reader_is_in_with_readers_before_it_and_shuts_nobody_out()
    {
        var verdict = Judge(Data, LockTerms.Read, 30, Entry(Data, LockTerms.Read, 10), Entry(Data, LockTerms.Read, 20), Entry(Data, LockTerms.Write, 40));

        Assert.Equal(Revision.None, Assert.IsType<SharedVerdict.In>(verdict).Floor);
    }

    [Fact]
    public void A_reader_waits_for_the_last_writer_before_it_also_when_that_one_waits()
    {
        var last = Entry(Data, LockTerms.Write, 20);
        var verdict = Judge(Data, LockTerms.Read, 30, Entry(Data, LockTerms.Read, 10), last, Entry(Data, LockTerms.Read, 25));

        Assert.Equal(last.Key, Assert.IsType<SharedVerdict.Waits>(verdict).Target);
    }

    [Fact]
    public void A_writer_waits_for_the_last_of_all_before_it()
    {
        var last = Entry(Data, LockTerms.Read, 20);
        var verdict = Judge(Data, LockTerms.Write, 30, Entry(Data, LockTerms.Write, 10), last, Entry(Data, LockTerms.Read, 40));

        Assert.Equal(last.Key, Assert.IsType<SharedVerdict.Waits>(verdict).Target);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Permits_are_given_as_long_as_those_before_leave_enough(int permits, bool isIn)
    {
        var verdict = Judge(Pool, LockTerms.Of(permits, 5), 30, Entry(Pool, LockTerms.Of(1, 5), 10), Entry(Pool, LockTerms.Of(2, 5), 20));

        Assert.Equal(isIn ? new SharedVerdict.In(new(10)) : null, verdict as SharedVerdict.In);
        Assert.Equal(!isIn, verdict is SharedVerdict.Waits { Target: { IsSingle: false } });
    }

    [Fact]
    public void The_oldest_says_how_many_permits_there_are_and_another_number_is_refused_with_it()
    {
        var verdict = Judge(Pool, LockTerms.Of(1, 5), 30, Entry(Pool, LockTerms.Of(1, 3), 10), Entry(Pool, LockTerms.Of(1, 5), 20));

        Assert.Equal(3, Assert.IsType<SharedVerdict.OtherLimit>(verdict).Limit);
    }

    [Fact]
    public void Nobody_passes_one_that_believes_in_another_number_until_it_has_left()
    {
        var verdict = Judge(Pool, LockTerms.Of(1, 5), 30, Entry(Pool, LockTerms.Of(1, 5), 10), Entry(Pool, LockTerms.Of(1, 3), 20));

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

        var verdict = Judge(Pool, LockTerms.Of(1, 5), 30, foreign);

        Assert.Equal(!value.StartsWith("{\"owner\"", StringComparison.Ordinal), Assert.IsType<SharedVerdict.Waits>(verdict).Holder.IsForeign);
    }

    [Fact]
    public void Without_our_entry_as_it_was_put_and_on_our_lease_nobody_is_in()
    {
        var attempt = AttemptId.New(Random.Shared);
        var key = Pool.KeyOf(LockMode.Permits, Lease, attempt);
        var entry = new Entry(attempt, Lease, LockTerms.Of(1, 5), null, new EntryPhase.Waiting(null)) { Created = new(30) };
        KeyValue own = new(key, "x", new(30), new(30), 1, Lease);

        Assert.Equal(LossReason.KeyDeleted, Interference());
        Assert.Equal(LossReason.KeyOverwritten, Interference(own with { ModRevision = new(31) }));
        Assert.Equal(LossReason.KeyOverwritten, Interference(own with { Lease = new(8) }));
        Assert.Null(Interference(own));

        LossReason? Interference(params KeyValue[] line) => SharedAdmission.Interference(key, entry, new LineShown(new(40)) { Line = [.. line] });
    }

    private static SharedVerdict Judge(LockName name, LockTerms ask, long created, params KeyValue[] others)
    {
        var key = name.KeyOf(ask.Mode, Lease, AttemptId.New(Random.Shared));
        var own = new KeyValue(key, LockValue.Encode("us", ask, default), new(created), new(created), 1, Lease);
        return SharedAdmission.Judge(name, new LineShown(new(100)) { Line = [own, .. others], IsFull = true }, key, ask);
    }

    private static KeyValue Entry(LockName name, LockTerms ask, long created) => new(
        name.KeyOf(ask.Mode, new LeaseId(1), AttemptId.New(Random.Shared)), LockValue.Encode("other", ask, default), new(created), new(created), 1, new LeaseId(1));
}
