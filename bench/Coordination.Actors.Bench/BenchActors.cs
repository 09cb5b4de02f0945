namespace Coordination.Actors.Bench;

internal sealed class Pong : ReceiveActor
{
    public Pong() => ReceiveAny(message => Sender.Tell(message, Self));
}

internal sealed class Ping : ReceiveActor
{
    public static readonly object Start = new();

    public Ping(IActorRef pong, int rounds, int inFlight, TaskCompletionSource finished)
    {
        var (left, sent) = (rounds, 0);
        Receive<string>(ball =>
        {
            if (--left == 0) finished.SetResult();
            else if (sent++ < rounds) pong.Tell(ball, Self);
        });
        ReceiveAny(_ =>
        {
            for (; sent < Math.Min(inFlight, rounds); sent++) pong.Tell("ball", Self);
        });
    }
}

internal sealed class Born(Countdown counter) : UntypedActor
{
    protected override void PreStart() => counter.Signal();

    protected override void OnReceive(object message) { }
}

internal sealed class Countdown(int count)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;

    public Task Done => _done.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0) _done.SetResult();
    }
}
