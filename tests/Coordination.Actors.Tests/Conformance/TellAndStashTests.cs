namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 9: what Tell and Stash refuse; senders; the order of the stash.</summary>
public sealed class TellAndStashTests : ConformanceTest
{
    [Fact]
    public void Tell_of_null_throws_ArgumentNullException()
    {
        var actor = StartDoing();
        Assert.Throws<ArgumentNullException>(() => actor.Tell(null!));
        Assert.Throws<ArgumentNullException>(() => actor.Tell(null!, TestActor));
    }

    [Fact]
    public void Stashing_a_message_twice_throws_IllegalActorStateException()
    {
        var actor = StartDoing();
        actor.Tell(Do(me =>
        {
            me.Stash.Stash();
            me.Report.Tell(Record.Exception(() => me.Stash.Stash()));
            me.Stash.ClearStash();
        }));
        ExpectMsg<IllegalActorStateException>();
    }

    [Fact]
    public void UnstashAll_puts_messages_before_those_that_wait_in_their_order()
    {
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        actor.Tell(Do(me => me.Become(() =>
        {
            me.Receive<int>(_ => me.Stash.Stash());
            me.Receive<Doing.Do>(command => command.What(me));
        })));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(Do(me =>
        {
            gate.Wait();
            me.Become(() => me.Receive<int>(m => me.Report.Tell(m)));
            me.Stash.UnstashAll();
        }));
        actor.Tell(3);
        gate.Set();
        ExpectMsg(1);
        ExpectMsg(2);
        ExpectMsg(3);
    }

    [Fact]
    public void Unstash_gives_back_the_oldest_message()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Become(() =>
        {
            me.Receive<int>(_ => me.Stash.Stash());
            me.Receive<Doing.Do>(command => command.What(me));
        })));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(Do(me =>
        {
            me.Become(() => me.Receive<int>(m => me.Report.Tell(m)));
            me.Stash.Unstash();
            me.Report.Tell($"{me.Stash.Count} left");
        }));
        ExpectMsg("1 left");
        ExpectMsg(1);
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Stashed_messages_of_an_actor_that_stops_are_dead_letters()
    {
        var actor = StartDoing();
        actor.Tell(Do(me => me.Become(() =>
        {
            me.Receive<int>(_ => me.Stash.Stash());
            me.Receive<Doing.Do>(command => command.What(me));
        })));
        actor.Tell(1);
        Sync(actor);
        EventFilter.DeadLetter<int>().ExpectOne(() => Sys.Stop(actor));
    }

    [Fact]
    public void The_sender_is_the_current_actor_or_dead_letters()
    {
        var probe = CreateTestProbe();
        var actor = StartDoing();
        actor.Tell(Do(_ => probe.Ref.Tell("implicit")));
        probe.ExpectMsg("implicit");
        Assert.Equal(actor, probe.Sender);
        actor.Tell(Do(me => me.Report.Tell(me.From)), ActorRefs.NoSender);
        ExpectMsg<IActorRef>(sender => sender.Equals(Sys.DeadLetters));
    }

    [Fact]
    public void Forward_keeps_the_sender()
    {
        var probe = CreateTestProbe();
        var actor = StartDoing();
        actor.Tell(Do(_ => probe.Ref.Forward("passed on")));
        probe.ExpectMsg("passed on");
        Assert.Equal(TestActor, probe.Sender);
    }

    [Fact]
    public void An_actor_cannot_be_made_with_new()
    {
        var failure = Record.Exception(() => WithoutContext(() => new Doing(TestActor)));
        Assert.IsType<ActorInitializationException>(failure);
    }

    private static T WithoutContext<T>(Func<T> make)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => { result = make(); }));
        thread.Start();
        thread.Join();
        return failure is null ? result : throw failure;
    }
}
