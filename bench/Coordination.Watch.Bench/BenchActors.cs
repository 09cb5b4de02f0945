using Akka.Actor;
using Coordination.Messages;

namespace Coordination.Watch.Bench;

/// <summary>The host's own actors.</summary>
internal sealed class BenchActors : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("bench");

    public static BenchActors Create() => new();

    public IActorRef Start(Action<KeysNews> onNotice) => _system.ActorOf(Props.Create(() => new Subscriber(onNotice)));

    public void Dispose() => _system.Terminate();

    private sealed class Subscriber : ReceiveActor
    {
        public Subscriber(Action<KeysNews> onNotice) => Receive<KeysNews>(onNotice);
    }
}
