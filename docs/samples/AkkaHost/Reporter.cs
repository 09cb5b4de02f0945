using Akka.Actor;
using Akka.Hosting;
using Coordination;

namespace AkkaHost;

/// <summary>Wants to lead, gets a lock for as long as it does, and knows who greets: all by messages, one at a time.</summary>
internal sealed class Reporter : ReceiveActor
{
    private LockHandle? _lock;

    public Reporter(IRequiredActor<CoordinationGate> coordination, ILogger<Reporter> log)
    {
        var gate = coordination.ActorRef;
        Receive<Elected>(m =>
        {
            log.LogInformation("Elected, term {Term}", m.Leadership.Term);
            gate.Tell(new AcquireLock("/app/writer", TimeSpan.FromSeconds(30)));
        });
        Receive<LockAcquired>(m =>
        {
            _lock = m.Handle;
            log.LogInformation("Locked, token {Token}", _lock.Token);
        });
        Receive<LeadershipLost>(m => log.LogWarning("Not leading any more: {Reason}", m.Reason));
        Receive<LockLost>(m => log.LogWarning("The lock is lost: {Reason}", m.Reason));
        Receive<LockNews>(m => log.LogWarning("No lock: {News}", m));
        Receive<LeaderChanged>(m => log.LogInformation("Leader: {Leader}", m.Leader?.Value.ToString() ?? "nobody"));
        Receive<Resynced>(m => log.LogInformation("Greeters: {Count}", m.View.Instances.Length));
        Receive<InstanceUp>(m => log.LogInformation("Up: {Instance}", m.Instance.Id));
        Receive<InstanceDown>(m => log.LogInformation("Down: {Instance}", m.Instance.Id));
        Receive<Stale>(_ => log.LogWarning("etcd is away; the last view is kept"));
        Receive<Status.Failure>(m => log.LogError("Failed: {Problem}", m.Cause.Message));

        gate.Tell(new SubscribeToService("greeter"));
        gate.Tell(new SubscribeToLeader("/app/leader"));
        gate.Tell(new Campaign("/app/leader", $"process {Environment.ProcessId}"));
    }
}
