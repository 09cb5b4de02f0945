using System.Collections.Concurrent;

namespace Coordination.Actors.Tests.Conformance;

public sealed class ShutdownTests : ConformanceTest
{
    [Fact]
    public async Task Phases_run_in_order_and_the_actors_stop_in_the_last_one()
    {
        var ran = new ConcurrentQueue<string>();
        var shutdown = CoordinatedShutdown.Get(Sys);
        foreach (var phase in new[] { CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseBeforeActorSystemTerminate })
        {
            shutdown.AddTask(phase, "note", () =>
            {
                Assert.False(Sys.WhenTerminated.IsCompleted);
                ran.Enqueue(phase);
                return Task.FromResult(Done.Instance);
            });
        }

        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        await Sys.WhenTerminated;
        Assert.Equal(["before-service-unbind", "service-stop", "before-actor-system-terminate"], ran);
        Assert.Same(CoordinatedShutdown.UnknownReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task Tasks_of_one_phase_run_in_parallel()
    {
        var (a, b) = (new TaskCompletionSource<Done>(), new TaskCompletionSource<Done>());
        var shutdown = CoordinatedShutdown.Get(Sys);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "first", () =>
        {
            a.SetResult(Done.Instance);
            return b.Task; // only the other task ends it
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "second", () =>
        {
            b.SetResult(Done.Instance);
            return a.Task;
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
    }

    [Fact]
    public async Task Terminate_runs_the_phases_too_and_only_once()
    {
        var runs = 0;
        CoordinatedShutdown.Get(Sys).AddTask(CoordinatedShutdown.PhaseServiceStop, "count", () =>
        {
            runs++;
            return Task.FromResult(Done.Instance);
        });
        await Sys.Terminate();
        await CoordinatedShutdown.Get(Sys).Run(CoordinatedShutdown.UnknownReason.Instance);
        Assert.Equal(1, runs);
        Assert.Same(CoordinatedShutdown.ActorSystemTerminateReason.Instance, CoordinatedShutdown.Get(Sys).ShutdownReason);
    }

    [Fact]
    public async Task A_task_that_fails_does_not_keep_the_others_from_running()
    {
        var ran = false;
        var shutdown = CoordinatedShutdown.Get(Sys);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fail", () => throw new Boom("task"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "later", () =>
        {
            ran = true;
            return Task.FromResult(Done.Instance);
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        Assert.True(ran);
    }

    [Fact]
    public async Task Running_from_a_phase_leaves_out_those_before_it()
    {
        var ran = new ConcurrentQueue<string>();
        var shutdown = CoordinatedShutdown.Get(Sys);
        foreach (var phase in new[] { CoordinatedShutdown.PhaseServiceUnbind, CoordinatedShutdown.PhaseServiceStop })
        {
            shutdown.AddTask(phase, "note", () =>
            {
                ran.Enqueue(phase);
                return Task.FromResult(Done.Instance);
            });
        }

        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance, CoordinatedShutdown.PhaseServiceStop);
        Assert.Equal(["service-stop"], ran);
    }

    [Fact]
    public void An_unknown_phase_is_refused()
    {
        var shutdown = CoordinatedShutdown.Get(Sys);
        Assert.Throws<ConfigurationException>(() => shutdown.AddTask("no-such-phase", "task", () => Task.FromResult(Done.Instance)));
        Assert.Throws<ConfigurationException>(() => shutdown.Timeout("no-such-phase"));
        Assert.Equal(TimeSpan.FromSeconds(5), shutdown.Timeout(CoordinatedShutdown.PhaseServiceStop));
        Assert.Equal(TimeSpan.FromSeconds(10), shutdown.Timeout(CoordinatedShutdown.PhaseActorSystemTerminate));
    }
}

public sealed class ShutdownConfigurationTests() : ConformanceTest("""
    akka.coordinated-shutdown.phases {
      service-stop { timeout = 50ms, recover = on }
      mine { timeout = 50ms, recover = off, depends-on = [service-stop] }
      before-cluster-shutdown.depends-on = [mine]
    }
    """)
{
    [Fact]
    public async Task A_phase_that_takes_too_long_is_left_behind_when_it_recovers()
    {
        var ran = false;
        var shutdown = CoordinatedShutdown.Get(Sys);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "forever", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask("mine", "later", () =>
        {
            ran = true;
            return Task.FromResult(Done.Instance);
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        Assert.True(ran);
    }

    [Fact]
    public async Task A_phase_that_does_not_recover_ends_the_shutdown_with_its_failure()
    {
        var ran = false;
        var shutdown = CoordinatedShutdown.Get(Sys);
        shutdown.AddTask("mine", "fail", () => Task.FromException<Done>(new Boom("task")));
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "later", () =>
        {
            ran = true;
            return Task.FromResult(Done.Instance);
        });
        await Assert.ThrowsAnyAsync<Exception>(() => shutdown.Run(CoordinatedShutdown.UnknownReason.Instance));
        Assert.False(ran);
    }
}
