namespace Coordination.Actors.Tests.Conformance;

/// <summary>Point 10: Ask and PipeTo.</summary>
public sealed class AskTests : ConformanceTest
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Ask_returns_the_answer()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        Assert.Equal("a", await echo.Ask<string>("a"));
        Assert.Equal("b", await echo.Ask("b", Long));
        Assert.Equal("c", await echo.Ask<string>("c", CancellationToken.None));
        Assert.Equal("d", await echo.Ask<string>("d", Long, CancellationToken.None));
    }

    [Fact]
    public async Task Ask_can_put_the_reference_for_the_answer_into_the_message()
    {
        var actor = StartDoing();
        var answer = actor.Ask<string>(replyTo => Do(_ => replyTo.Tell("answered")), Long, CancellationToken.None);
        Assert.Equal("answered", await answer);
    }

    [Fact]
    public async Task Ask_throws_the_cause_of_a_Status_Failure()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        await Assert.ThrowsAsync<Boom>(() => echo.Ask<string>(new Status.Failure(new Boom("why")), Long));
    }

    [Fact]
    public async Task Ask_of_an_answer_of_another_type_throws_ArgumentException()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        await Assert.ThrowsAsync<ArgumentException>(() => echo.Ask<int>("text", Long));
    }

    [Fact]
    public async Task Ask_of_a_dead_target_only_times_out()
    {
        var dead = Sys.ActorOf(Props.Create(() => new Echo()));
        Watch(dead);
        Sys.Stop(dead);
        ExpectTerminated(dead);
        await Assert.ThrowsAsync<AskTimeoutException>(() => dead.Ask<string>("hello", TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Ask_that_is_cancelled_is_a_cancelled_task()
    {
        var silent = Sys.ActorOf(Props.Empty);
        using var cancel = new CancellationTokenSource();
        var answer = silent.Ask<string>("hello", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public void A_late_second_answer_is_a_dead_letter()
    {
        var actor = StartDoing();
        EventFilter.DeadLetter<string>(m => m == "second").ExpectOne(() => actor.Ask<string>(Do(me =>
        {
            me.From.Tell("first");
            me.From.Tell("second");
        })));
    }

    [Fact]
    public async Task PipeTo_sends_the_result_and_a_transformed_result()
    {
        await Task.FromResult("result").PipeTo(TestActor);
        ExpectMsg("result");
        await Task.FromResult(2).PipeTo(TestActor, success: n => n + 1);
        ExpectMsg(3);
        await new ValueTask<int>(5).PipeTo(TestActor);
        ExpectMsg(5);
    }

    [Fact]
    public async Task PipeTo_of_a_null_result_is_a_Status_Failure()
    {
        await Task.FromResult<string>(null!).PipeTo(TestActor);
        ExpectMsg<Status.Failure>(f => f.Cause is ArgumentNullException);
    }

    [Fact]
    public async Task PipeTo_of_a_throw_is_a_Status_Failure_with_the_bare_exception()
    {
        await Task.FromException<string>(new Boom("piped")).PipeTo(TestActor);
        ExpectMsg<Status.Failure>(f => f.Cause is Boom);
        await Task.FromException(new Boom("piped")).PipeTo(TestActor);
        ExpectMsg<Status.Failure>(f => f.Cause is Boom);
        await Task.FromException<string>(new Boom("piped")).PipeTo(TestActor, failure: cause => cause.Message);
        ExpectMsg("piped");
    }

    [Fact]
    public async Task PipeTo_of_a_cancellation_is_a_Status_Failure()
    {
        await Task.FromCanceled<string>(new CancellationToken(true)).PipeTo(TestActor);
        ExpectMsg<Status.Failure>(f => f.Cause is OperationCanceledException);
    }

    [Fact]
    public async Task PipeTo_of_a_success_function_that_throws_is_a_Status_Failure()
    {
        await Task.FromResult(1).PipeTo(TestActor, success: _ => throw new Boom("in success"));
        ExpectMsg<Status.Failure>(f => f.Cause is Boom);
    }

    [Fact]
    public async Task PipeTo_of_a_task_without_a_result_sends_nothing_unless_there_is_a_success_function()
    {
        await Task.CompletedTask.PipeTo(TestActor);
        ExpectNoMsg(Moment);
        await Task.CompletedTask.PipeTo(TestActor, success: () => "done");
        ExpectMsg("done");
    }

    [Fact]
    public async Task PipeTo_sends_with_the_given_sender()
    {
        var probe = CreateTestProbe();
        await Task.FromResult("result").PipeTo(TestActor, probe.Ref);
        ExpectMsg("result");
        Assert.Equal(probe.Ref, LastSender);
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(m => Sender.Tell(m));
    }
}
