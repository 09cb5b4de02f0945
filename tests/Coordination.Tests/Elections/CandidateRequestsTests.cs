using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

/// <summary>What a candidate learns from its keys when the reply to a write was lost.</summary>
public sealed class CandidateRequestsTests
{
    private static readonly LeaseId Lease = new(7);
    private static readonly ElectionKeys Keys = new("e");
    private static readonly Bytes Own = Keys.Candidate(Lease);
    private static readonly CandidateRequests Requests = new(new NoEtcd(), Keys, new CandidateCard("us", 0));

    [Fact]
    public void A_key_that_was_created_is_found_and_one_that_was_not_is_to_be_created_again()
    {
        var enter = new CandidateEffect.SendEnter(3, Lease, "v");

        Assert.Equal(new CandidateMessage.EnterMet(3, Key(Own, 5)), Settled(enter, Key(Own, 5)));
        var failed = Assert.IsType<CandidateMessage.Failed>(Settled(enter));
        Assert.Equal((enter, WriteOutcome.NotApplied, true), (failed.Request, failed.Error.Outcome, failed.Error.IsTransient));
    }

    [Fact]
    public void A_proclamation_was_made_unless_the_key_is_as_it_was_before()
    {
        var proclaim = new CandidateEffect.SendProclaim(new(1), Lease, new(5), new(6), "v");

        Assert.Equal(new CandidateMessage.ProclaimMet(new(1), Key(Own, 5, 8)), Settled(proclaim, Key(Own, 5, 8)));
        Assert.Equal(new CandidateMessage.ProclaimMet(new(1), null), Settled(proclaim));
        Assert.Equal(WriteOutcome.NotApplied, Assert.IsType<CandidateMessage.Failed>(Settled(proclaim, Key(Own, 5, 6))).Error.Outcome);
    }

    [Fact]
    public void A_key_was_removed_when_it_is_gone_or_another_one()
    {
        var remove = new CandidateEffect.SendRemove(3, Lease, new(5));

        Assert.Equal(new CandidateMessage.Removed(3), Settled(remove));
        Assert.Equal(new CandidateMessage.Removed(3), Settled(remove, Key(Own, 9)));
        Assert.IsType<CandidateMessage.Failed>(Settled(remove, Key(Own, 5)));
    }

    [Fact]
    public void A_hand_over_was_made_when_our_key_is_gone_and_all_that_were_to_step_back()
    {
        Bytes between = Keys.Candidate(new LeaseId(8));
        var plan = new HandOverPlan(InLine(Keys.Candidate(new LeaseId(9)), 7), [InLine(between, 6)], false);
        var handOver = new CandidateEffect.SendHandOver(3, Lease, new(5), plan);

        Assert.Equal(new CandidateMessage.HandedOver(3, true), Settled(handOver));
        Assert.Equal(new CandidateMessage.HandedOver(3, true), Settled(handOver, Key(between, 12)));
        Assert.Equal(new CandidateMessage.HandedOver(3, false), Settled(handOver, Key(Own, 5), Key(between, 6)));
        Assert.Equal(new CandidateMessage.HandedOver(3, false), Settled(handOver, Key(between, 6)));
    }

    [Fact]
    public void A_proclamation_needs_our_key_of_this_term_as_we_left_it_and_a_removal_the_key_that_we_created()
    {
        var proclaim = Requests.WriteOf(new CandidateEffect.SendProclaim(new(1), Lease, new(5), new(6), "v"), ActorRefs.Nobody)!;
        var remove = Requests.WriteOf(new CandidateEffect.SendRemove(3, Lease, new(5)), ActorRefs.Nobody)!;
        var isOurs = EtcdCompare.CreateRevision(Own, CompareResult.Equal, new(5));

        Assert.Equal([isOurs, EtcdCompare.Unchanged(Own, new(6))], proclaim.Txn.If.AsEnumerable());
        Assert.Equal([isOurs], remove.Txn.If.AsEnumerable());
    }

    [Fact]
    public void Every_write_names_the_keys_that_it_changes_and_looks_at_those_that_tell_whether_it_was_made()
    {
        var enter = Requests.WriteOf(new CandidateEffect.SendEnter(3, Lease, "v"), ActorRefs.Nobody)!;

        Assert.Equal([Own, Keys.Card(Lease)], enter.Keys.ToArray());
        Assert.Equal(new EtcdOp.Get(Own), Assert.Single(enter.Look));
        Assert.Null(Requests.WriteOf(new CandidateEffect.SendLook(3, Lease, new(5)), ActorRefs.Nobody));
    }

    private static CandidateMessage Settled(CandidateEffect.Call request, params KeyValue[] found) =>
        CandidateRequests.Settled(request, new TxnResult(default, true, [.. found.Select(kv => new GetResult(default, [kv], 1, false)), new GetResult(default, [], 0, false)]));

    private static CandidateInLine InLine(Bytes key, long created) => new(key, new(created), Lease, "v", null);

    private static KeyValue Key(Bytes key, long created, long? modified = null) => new(key, "v", new(created), new(modified ?? created), 1, Lease);
}
