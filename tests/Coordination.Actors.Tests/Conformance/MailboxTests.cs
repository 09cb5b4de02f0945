namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 1: what runs before what.</summary>
public sealed class MailboxTests : ConformanceTest
{
    [Fact]
    public void System_messages_run_before_user_messages_that_were_sent_earlier()
    {
        var actor = StartDoing();
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        actor.Tell(Do(_ =>
        {
            entered.Set();
            gate.Wait();
        }));
        entered.Wait();
        actor.Tell("too late");
        Sys.Stop(actor);
        gate.Set();
        ExpectMsg("PostStop");
        ExpectNoMsg(Moment);
    }

    [Fact]
    public void Suspension_stops_user_messages_only()
    {
        var released = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Suspending(released.Task, TestActor)));
        actor.Tell("wait");
        ExpectMsg("waiting");
        actor.Tell("queued");
        ExpectNoMsg(Moment);
        Watch(actor);
        Sys.Stop(actor); // a system message gets through
        ExpectTerminated(actor);
        released.SetResult();
    }

    [Fact]
    public void Messages_of_one_sender_to_one_receiver_keep_their_order()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Doing(TestActor)));
        for (var i = 0; i < 5000; i++) actor.Tell(i);
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        Assert.Equal(Enumerable.Range(0, 5000).Cast<object>(), ReceiveN(5000));
    }

    [Fact]
    public void Messages_that_come_before_the_actor_was_created_wait_for_it()
    {
        using var gate = new ManualResetEventSlim();
        var actor = Sys.ActorOf(Props.Create(() => new SlowToStart(gate)));
        actor.Tell("early");
        ExpectNoMsg(Moment);
        gate.Set();
        ExpectMsg("early");
    }

    private sealed class Suspending : ReceiveActor
    {
        public Suspending(Task until, IActorRef report)
        {
            ReceiveAsync<string>(async message =>
            {
                report.Tell(message == "wait" ? "waiting" : message);
                await until;
            });
        }
    }

    private sealed class SlowToStart : ReceiveActor
    {
        public SlowToStart(ManualResetEventSlim gate)
        {
            gate.Wait();
            ReceiveAny(m => Sender.Tell(m));
        }
    }
}
