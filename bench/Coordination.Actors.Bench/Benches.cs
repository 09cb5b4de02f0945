namespace Coordination.Actors.Bench;

internal static class Benches
{
    private const int Messages = 6_000_000;
    private const int Asks = 500_000;
    private const int Actors = 100_000;

    public static IReadOnlyList<Bench> All { get; } =
    [
        new("ping-pong, 1 pair", "messages", Messages, system => PingPongAsync(system, 1)),
        new("ping-pong, 16 pairs", "messages", Messages, system => PingPongAsync(system, 16)),
        new("ping-pong, 256 pairs", "messages", Messages, system => PingPongAsync(system, 256)),
        new("ask, 64 at a time", "asks", Asks, system => AskAsync(system, 64)),
        new("ask, one by one", "asks", Asks / 5, system => AskAsync(system, 1, Asks / 5)),
        new("create 100,000 actors", "actors", Actors, CreateAsync),
    ];

    /// <summary>Each pair keeps 100 messages in flight, as the usual ping-pong benchmarks do.</summary>
    private static async Task PingPongAsync(ActorSystem system, int pairs)
    {
        var done = new List<Task>();
        for (var i = 0; i < pairs; i++)
        {
            var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            done.Add(finished.Task);
            var pong = system.ActorOf(Props.Create(() => new Pong()));
            var ping = system.ActorOf(Props.Create(() => new Ping(pong, Messages / pairs / 2, 100, finished)));
            ping.Tell(Ping.Start, ActorRefs.NoSender);
        }

        await Task.WhenAll(done);
    }

    private static async Task AskAsync(ActorSystem system, int callers, int asks = Asks)
    {
        var pong = system.ActorOf(Props.Create(() => new Pong()));
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            for (var i = 0; i < asks / callers; i++) await pong.Ask<object>("ask").ConfigureAwait(false);
        }));
    }

    private static async Task CreateAsync(ActorSystem system)
    {
        var counter = new Countdown(Actors);
        var props = Props.Create(() => new Born(counter));
        for (var i = 0; i < Actors; i++) system.ActorOf(props);
        await counter.Done;
    }
}
