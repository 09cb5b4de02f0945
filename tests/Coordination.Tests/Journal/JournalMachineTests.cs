using Coordination.Etcd;
using Coordination.Journal;
using static Coordination.Tests.Journal.JournalDialogue;

namespace Coordination.Tests.Journal;

/// <summary>What goes together, and in which order.</summary>
public sealed class JournalMachineTests
{
    [Fact]
    public void The_first_write_sets_the_fence_and_is_sent_under_it()
    {
        var journal = new JournalDialogue();

        var move = Only<JournalEffect.MoveFence>(journal.Submit(Write("a")));
        var send = Only<JournalEffect.Send>(journal.Tell(new JournalMessage.FenceMoved(move.Move, Moved(10))));

        Assert.Empty(move.Lost);
        Assert.Equal(new Revision(10), send.Batch.Fence);
        Assert.Equal(["a answered True at 11"], Told(journal.Answer(send.Batch, 11)));
    }

    [Fact]
    public void An_idle_journal_sends_at_once_and_a_busy_one_sends_together_what_has_waited()
    {
        var journal = new JournalDialogue().Opened();
        var busy = journal.Fill();
        Assert.All(new[] { "a", "b", "c" }, keys => Assert.Empty(journal.Submit(Write(keys))));

        var batch = Sent(journal.Answer(busy[0], 12));

        Assert.Equal("a b c", Text(batch));
        Assert.Equal(["a answered True at 13", "b answered False at 13", "c answered True at 13"], Told(journal.Answer(batch, 13)));
    }

    [Fact]
    public void What_a_batch_shows_is_known_up_to_the_revision_before_its_own_when_something_of_it_was_written()
    {
        Assert.Equal([12, 12], SeenUpTo("ab", new PutResult(default, null)));
        Assert.Equal([13, 13], SeenUpTo("ab", Got(null)));
        Assert.Equal([13], SeenUpTo("a", new PutResult(default, null)));

        static IEnumerable<long> SeenUpTo(string writes, EtcdResult of)
        {
            var journal = new JournalDialogue().Opened();
            var busy = journal.Fill();
            writes.ToList().ForEach(keys => journal.Submit(Write(keys.ToString())));
            var batch = Sent(journal.Answer(busy[0], 12));
            TxnResult[] results = [.. batch.Writes.Select((_, i) => new TxnResult(default, true, i == 0 ? [of] : []))];
            return journal.Tell(new JournalMessage.Answered(batch.Id, new TxnResult(At(13), true, [.. results]), default))
                .OfType<JournalEffect.Tell>().Select(tell => ((Written.Answered)tell.Written).SeenUpTo.Value);
        }
    }

    [Fact]
    public void No_more_go_together_than_a_transaction_that_moves_the_fence_can_look_for_with_the_deepest_of_them()
    {
        // Seven at two levels and the fence: 7 + 1 + 4 operations would be one more than 11.
        var journal = new JournalDialogue(inFlight: 1, operations: 11).Opened();
        var busy = journal.Fill();
        foreach (var keys in "abcdefgh")
        {
            journal.Submit(Write(keys.ToString(), operations: keys == 'c' ? 4 : 1));
        }

        var first = Sent(journal.Answer(busy[0], 12));
        var second = Sent(journal.Answer(first, 13));

        Assert.Equal("a b c d e f", Text(first));
        Assert.Equal("g h", Text(second));
    }

    [Fact]
    public void No_more_bytes_go_together_than_allowed_but_one_large_write_goes()
    {
        var journal = new JournalDialogue(inFlight: 1, bytes: 1000).Opened();
        var busy = journal.Fill();
        journal.Submit(Write("a", bytes: 400));
        journal.Submit(Write("b", bytes: 400));
        journal.Submit(Write("c", bytes: 400));
        journal.Submit(Write("d", bytes: 5000));

        var first = Sent(journal.Answer(busy[0], 12));
        var second = Sent(journal.Answer(first, 13));
        var third = Sent(journal.Answer(second, 14));

        Assert.Equal(["a b", "c", "d"], new[] { first, second, third }.Select(Text));
    }

    [Fact]
    public void Two_writes_with_one_key_are_never_under_way_together()
    {
        var journal = new JournalDialogue().Opened();
        var first = Sent(journal.Submit(Write("ab")));

        Assert.Empty(journal.Submit(Write("bc")));
        Assert.Equal("d", Text(Sent(journal.Submit(Write("d")))));
        Assert.Equal("bc", Text(Sent(journal.Answer(first, 12))));
    }

    [Fact]
    public void Of_what_has_waited_together_writes_with_one_key_go_one_after_the_other_in_their_order()
    {
        var journal = new JournalDialogue(inFlight: 1).Opened();
        var busy = journal.Fill();
        foreach (var keys in new[] { "a", "ab", "b", "c" })
        {
            journal.Submit(Write(keys));
        }

        var first = Sent(journal.Answer(busy[0], 12));
        var second = Sent(journal.Answer(first, 13));
        var third = Sent(journal.Answer(second, 14));

        // "b" is free, but came after "ab", which has to wait for "a".
        Assert.Equal(["a c", "ab", "b"], new[] { first, second, third }.Select(Text));
    }

    [Fact]
    public void A_batch_that_is_refused_as_a_whole_is_sent_again_one_by_one()
    {
        var journal = new JournalDialogue(inFlight: 1).Opened();
        var busy = journal.Fill();
        journal.Submit(Write("a"));
        journal.Submit(Write("b"));
        var both = Sent(journal.Answer(busy[0], 12));
        journal.Submit(Write("c"));
        var refusal = new EtcdException(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");

        var first = Sent(journal.Tell(new JournalMessage.Failed(both.Id, refusal)));
        var after = journal.Tell(new JournalMessage.Failed(first.Id, refusal));
        var last = journal.Answer(Sent(after), 13);

        Assert.Equal("a", Text(first));
        Assert.Equal(["a refused PermissionDenied NotApplied"], Told(after));
        Assert.Equal("b", Text(Sent(after)));
        Assert.Equal(["b answered True at 13"], Told(last));
        Assert.Equal("c", Text(Sent(last)));
    }

    [Fact]
    public void A_batch_that_was_not_sent_is_refused_to_each_of_its_writers()
    {
        var journal = new JournalDialogue(inFlight: 1).Opened();
        var busy = journal.Fill();
        journal.Submit(Write("a"));
        journal.Submit(Write("b"));
        var both = Sent(journal.Answer(busy[0], 12));

        var effects = journal.Tell(new JournalMessage.Failed(both.Id, NotSent));

        Assert.Equal(["a refused Unavailable NotApplied", "b refused Unavailable NotApplied"], Told(effects));
    }
}
