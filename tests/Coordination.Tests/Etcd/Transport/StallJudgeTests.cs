using Coordination.Etcd.Transport;

namespace Coordination.Tests.Etcd.Transport;

public sealed class StallJudgeTests
{
    private readonly StallJudge _judge = new(patience: 3);
    private long _answered;

    [Fact]
    public void While_answers_come_nothing_is_asked()
    {
        Assert.Equal([StallAction.Wait, StallAction.Wait, StallAction.Wait], [Look(1), Look(1), Look(5)]);
    }

    [Fact]
    public void An_endpoint_that_does_not_say_who_leads_hangs()
    {
        Assert.Equal(StallAction.Ask, Look());
        Assert.Equal([StallAction.Wait, StallAction.Wait, StallAction.GiveUp], [Look(), Look(), Look()]);

        // And again, for those who came afterwards.
        Assert.Equal(StallAction.Ask, Look());
    }

    [Fact]
    public void One_that_answers_anything_at_all_does_not_hang()
    {
        Look();
        Look();
        Look();

        Assert.Equal([StallAction.Wait, StallAction.Wait, StallAction.Wait, StallAction.GiveUp], [Look(1), Look(), Look(), Look()]);
    }

    [Fact]
    public void As_long_as_the_same_leads_requests_are_only_slow()
    {
        Look();
        Assert.False(_judge.Said(2, 7));
        Assert.Equal(StallAction.Ask, Look());
        Assert.False(_judge.Said(2, 7));
    }

    [Fact]
    public void When_another_leads_what_began_before_is_lost()
    {
        Look();
        _judge.Said(2, 7);
        Look();

        // Nobody leads yet: then nothing is gained by trying again.
        Assert.False(_judge.Said(3, 0));
        Look();
        Assert.True(_judge.Said(3, 8));

        // Told once; from here on 8 is the one before.
        Look();
        Assert.False(_judge.Said(3, 8));
        Look();
        Assert.False(_judge.Said(3, 8));
    }

    [Fact]
    public void The_same_leader_in_a_new_term_lost_it_too()
    {
        Look();
        _judge.Said(2, 7);
        Look();

        Assert.True(_judge.Said(3, 7));
    }

    [Fact]
    public void When_answers_come_again_it_is_asked_once_more()
    {
        Look();
        _judge.Said(2, 7);

        Assert.Equal(StallAction.Ask, Look(3));
        Assert.True(_judge.Said(3, 8));
        Assert.Equal(StallAction.Wait, Look(1));
    }

    [Fact]
    public void When_they_come_again_under_the_same_leader_that_was_all()
    {
        Look();
        _judge.Said(2, 7);
        Look(3);

        Assert.False(_judge.Said(2, 7));
        Assert.Equal(StallAction.Wait, Look(1));
    }

    [Fact]
    public void Who_led_elsewhere_when_requests_hung_there_is_who_led_before()
    {
        Look();
        Assert.True(_judge.Said(3, 8, elsewhere: (2, 7)));

        Look();
        Assert.False(_judge.Said(3, 8, elsewhere: (3, 8)));
    }

    [Fact]
    public void A_question_that_failed_is_asked_again()
    {
        Look();
        _judge.SaidNothing();

        Assert.Equal(StallAction.Ask, Look());
    }

    private StallAction Look(int answers = 0) => _judge.Look(_answered += answers);
}
