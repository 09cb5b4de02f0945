using Akka.Actor;
using Coordination;

namespace DiscoveryActor;

/// <summary>Is told who greets, who leads, and when it has the lock: all as messages, one at a time.</summary>
internal sealed class GreeterWatch : ReceiveActor
{
    private LockHandle? _lock;

    public GreeterWatch(IActorRef coordination)
    {
        Receive<Resynced>(m => Console.WriteLine($"greeters: {string.Join(", ", m.View.Instances.Select(i => i.Id))}"));
        Receive<InstanceUp>(m => Console.WriteLine($"up: {m.Instance.Id}"));
        Receive<InstanceDown>(m => Console.WriteLine($"down: {m.Instance.Id}"));
        Receive<Stale>(_ => Console.WriteLine("stale: etcd is away, the last view is kept"));
        Receive<LockAcquired>(m =>
        {
            _lock = m.Handle;
            Console.WriteLine($"lock: token {_lock.Token}");
        });
        Receive<LockLost>(m => Console.WriteLine($"lock lost: {m.Reason}"));
        Receive<LockNews>(m => Console.WriteLine($"no lock: {m}"));
        Receive<Elected>(m => Console.WriteLine($"elected: term {m.Leadership.Term}"));
        Receive<LeadershipLost>(m => Console.WriteLine($"not leading any more: {m.Reason}"));
        Receive<LeaderChanged>(m => Console.WriteLine($"leader: {m.Leader?.Value.ToString() ?? "nobody"}"));
        Receive<Status.Failure>(m => Console.WriteLine($"failed: {m.Cause.Message}"));

        coordination.Tell(new SubscribeToService("greeter"));
        coordination.Tell(new SubscribeToLeader("/sample/election"));
        coordination.Tell(new Campaign("/sample/election", "the sample"));
        coordination.Tell(new AcquireLock("/sample/lock", TimeSpan.FromSeconds(30)));
    }
}
