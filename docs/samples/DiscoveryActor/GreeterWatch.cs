using Akka.Actor;
using Coordination;
using Coordination.Messages;

namespace DiscoveryActor;

/// <summary>Learns who greets, who leads, and when it has the lock: all by messages, one at a time.</summary>
internal sealed class GreeterWatch : ReceiveActor
{
    private ILockHandle? _lock;

    public GreeterWatch(IActorRef coordination)
    {
        Receive<ServiceChange.Resynced>(m => Console.WriteLine($"greeters: {string.Join(", ", m.View.Instances.Select(i => i.Id))}"));
        Receive<ServiceChange.Up>(m => Console.WriteLine($"up: {m.Instance.Id}"));
        Receive<ServiceChange.Down>(m => Console.WriteLine($"down: {m.Instance.Id}"));
        Receive<ServiceChange.Stale>(_ => Console.WriteLine("stale: etcd is away, the last view is kept"));
        Receive<LockNews.Acquired>(m =>
        {
            _lock = m.Handle;
            Console.WriteLine($"lock: token {_lock.Token}");
        });
        Receive<LockNews.Lost>(m => Console.WriteLine($"lock lost: {m.Reason}"));
        Receive<LockNews>(m => Console.WriteLine($"no lock: {m}"));
        Receive<ElectionNews.Elected>(m => Console.WriteLine($"elected: term {m.Leadership.Term}"));
        Receive<ElectionNews.Lost>(m => Console.WriteLine($"not leading any more: {m.Reason}"));
        Receive<LeaderChanged>(m => Console.WriteLine($"leader: {m.Leader?.Value.ToString() ?? "nobody"}"));
        Receive<Status.Failure>(m => Console.WriteLine($"failed: {m.Cause.Message}"));

        coordination.Tell(new ServiceRequest.Subscribe("greeter"));
        coordination.Tell(new ElectionRequest.Subscribe("/sample/election"));
        coordination.Tell(new ElectionRequest.Campaign("/sample/election", "the sample"));
        coordination.Tell(new LockRequest.Acquire("/sample/lock", TimeSpan.FromSeconds(30)));
    }
}
