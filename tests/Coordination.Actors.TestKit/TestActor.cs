namespace Coordination.Actors.TestKit;

/// <summary>The actor behind a test or a probe: puts what it receives into the queue.</summary>
internal sealed class InternalTestActor(TestQueue queue) : UntypedActor
{
    private Func<object, bool>? _ignore;
    private AutoPilot? _pilot;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchCommand(var actor):
                Context.Watch(actor);
                break;
            case UnwatchCommand(var actor):
                Context.Unwatch(actor);
                break;
            case IgnoreCommand(var ignore):
                _ignore = ignore;
                break;
            case PilotCommand(var pilot):
                _pilot = pilot;
                break;
            case SpawnCommand(var props, var name):
                Sender.Tell(Context.ActorOf(props, name), Self);
                break;
            default:
                if (_pilot is { } current && current.Run(Sender, message) is var next && next is not KeepRunning)
                    _pilot = next is NoAutoPilot ? null : next;
                if (_ignore?.Invoke(message) is not true) queue.Add(new RealMessageEnvelope(message, Sender));
                break;
        }
    }

    internal sealed record WatchCommand(IActorRef Actor);

    internal sealed record UnwatchCommand(IActorRef Actor);

    internal sealed record IgnoreCommand(Func<object, bool>? Ignore);

    internal sealed record PilotCommand(AutoPilot Pilot);

    internal sealed record SpawnCommand(Props Props, string? Name);
}
