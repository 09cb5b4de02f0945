namespace Coordination.Actors.Tests.Simulation;

public sealed class SimulationTests
{
    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_seed_another_one()
    {
        Assert.Equal(Trace(1), Trace(1));
        Assert.NotEqual(Trace(1), Trace(2));
    }

    [Fact]
    public void Nothing_runs_until_it_is_told_to()
    {
        var simulation = new Actors.Simulation("sim", 1);
        var seen = new List<object>();
        var actor = simulation.System.ActorOf(Props.Create(() => new Collector(seen)));
        actor.Tell("a", ActorRefs.NoSender);
        Assert.Empty(seen);
        simulation.Run();
        Assert.Equal(["a"], seen);
    }

    [Fact]
    public void Time_runs_from_timer_to_timer()
    {
        var simulation = new Actors.Simulation("sim", 1);
        var seen = new List<object>();
        var actor = simulation.System.ActorOf(Props.Create(() => new Collector(seen)));
        simulation.System.Scheduler.ScheduleTellRepeatedly(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), actor, "tick", ActorRefs.NoSender);
        simulation.Run(TimeSpan.FromSeconds(10.5));
        Assert.Equal(10, seen.Count);
        Assert.Equal(TimeSpan.FromSeconds(10.5), simulation.Time.GetElapsedTime(0));
    }

    [Fact]
    public void Asynchronous_handlers_are_part_of_the_simulation()
    {
        var simulation = new Actors.Simulation("sim", 1);
        var seen = new List<object>();
        var actor = simulation.System.ActorOf(Props.Create(() => new Sleeper(seen, simulation.Time)));
        actor.Tell("a", ActorRefs.NoSender);
        actor.Tell("b", ActorRefs.NoSender);
        simulation.Run(TimeSpan.FromSeconds(1.5));
        Assert.Equal(["a"], seen);
        simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["a", "b"], seen);
    }

    [Fact]
    public void A_system_comes_to_its_end()
    {
        var simulation = new Actors.Simulation("sim", 1);
        simulation.System.ActorOf(Props.Create(() => new Collector(new List<object>())));
        Assert.True(simulation.Terminate());
    }

    private static string Trace(int seed)
    {
        var simulation = new Actors.Simulation("sim", seed);
        var seen = new List<object>();
        var collector = simulation.System.ActorOf(Props.Create(() => new Collector(seen)));
        for (var i = 0; i < 10; i++)
        {
            var number = i;
            simulation.System.ActorOf(Props.Create(() => new Collector(seen))).Tell(number, ActorRefs.NoSender);
            collector.Tell(-number, ActorRefs.NoSender);
        }

        simulation.Run();
        return string.Join(',', seen);
    }

    private sealed class Collector(List<object> seen) : UntypedActor
    {
        protected override void OnReceive(object message) => seen.Add(message);
    }

    private sealed class Sleeper : ReceiveActor
    {
        public Sleeper(List<object> seen, TimeProvider time) => ReceiveAsync<string>(async message =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            seen.Add(message);
        });
    }
}
