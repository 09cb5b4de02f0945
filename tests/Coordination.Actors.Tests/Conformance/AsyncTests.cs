namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 2: asynchronous handlers.</summary>
public sealed class AsyncTests : ConformanceTest
{
    [Fact]
    public void ReceiveAsync_suspends_the_mailbox_while_it_awaits()
    {
        var release = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Awaiting(release.Task)));
        actor.Tell("first");
        ExpectMsg("begin first");
        actor.Tell("second");
        ExpectNoMsg(Moment);
        release.SetResult();
        ExpectMsg("end first");
        ExpectMsg("begin second");
        ExpectMsg("end second");
    }

    [Fact]
    public void Sender_self_and_context_are_right_after_an_await()
    {
        var release = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Awaiting(release.Task)), "me");
        var probe = CreateTestProbe();
        probe.Send(actor, "a");
        probe.ExpectMsg("begin a");
        release.SetResult();
        probe.ExpectMsg("end a");
        Assert.Equal(actor, probe.Sender);
    }

    [Fact]
    public void A_failure_after_an_await_goes_to_the_supervisor_with_the_bare_exception()
    {
        var failures = CreateTestProbe();
        var supervisor = StartSupervisor(new OneForOneStrategy(cause =>
        {
            failures.Ref.Tell(cause);
            return Directive.Restart;
        }));
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new FailingLate(TestActor))));
        var child = probe.ExpectMsg<IActorRef>();
        child.Tell("fail");
        failures.ExpectMsg<Boom>();
        ExpectMsg("restarted because of fail");
        child.Tell("alive");
        ExpectMsg("alive");
    }

    [Fact]
    public void A_cancelled_handler_fails_the_actor()
    {
        var failures = CreateTestProbe();
        var supervisor = StartSupervisor(new OneForOneStrategy(cause =>
        {
            failures.Ref.Tell(cause);
            return Directive.Stop;
        }));
        var probe = CreateTestProbe();
        probe.Send(supervisor, new Supervisor.Start(Props.Create(() => new FailingLate(TestActor))));
        var child = probe.ExpectMsg<IActorRef>();
        Watch(child);
        child.Tell("cancel");
        failures.ExpectMsg<Exception>(e => e is OperationCanceledException);
        ExpectTerminated(child);
    }

    private sealed class Awaiting : ReceiveActor
    {
        public Awaiting(Task until)
        {
            ReceiveAsync<string>(async message =>
            {
                Sender.Tell($"begin {message}", Self);
                await until;
                Sender.Tell($"end {message}", Context.Self);
            });
        }
    }

    private sealed class FailingLate : ReceiveActor
    {
        private readonly IActorRef _report;

        public FailingLate(IActorRef report)
        {
            _report = report;
            ReceiveAsync<string>(m => m == "fail", async _ =>
            {
                await Task.Yield();
                throw new Boom("late");
            });
            ReceiveAsync<string>(m => m == "cancel", async _ =>
            {
                await Task.Yield();
                throw new OperationCanceledException();
            });
            ReceiveAny(m => report.Tell(m));
        }

        protected override void PreRestart(Exception reason, object? message)
        {
            _report.Tell($"restarted because of {message}");
            base.PreRestart(reason, message);
        }
    }
}
