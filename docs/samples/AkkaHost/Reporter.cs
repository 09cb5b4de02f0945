using Akka.Actor;
using Akka.Hosting;
using Coordination;
using Coordination.Messages;

namespace AkkaHost;

/// <summary>Campaigns, holds a lock while it leads, and follows the greeters: all by messages, one at a time.</summary>
internal sealed class Reporter : ReceiveActor
{
    private ILockHandle? _lock;

    public Reporter(IRequiredActor<CoordinationActor> coordination, ILogger<Reporter> log)
    {
        var actor = coordination.ActorRef;
        Receive<ElectionNews.Elected>(m =>
        {
            log.LogInformation("Elected, term {Term}", m.Leadership.Term);
            actor.Tell(new LockRequest.Acquire("/app/writer", TimeSpan.FromSeconds(30)));
        });
        Receive<LockNews.Acquired>(m =>
        {
            _lock = m.Handle;
            log.LogInformation("Locked, token {Token}", _lock.Token);
        });
        Receive<ElectionNews.Lost>(m => log.LogWarning("Not leading any more: {Reason}", m.Reason));
        Receive<LockNews.Lost>(m => log.LogWarning("The lock is lost: {Reason}", m.Reason));
        Receive<LockNews>(m => log.LogWarning("No lock: {News}", m));
        Receive<LeaderChanged>(m => log.LogInformation("Leader: {Leader}", m.Leader?.Value.ToString() ?? "nobody"));
        Receive<ServiceChange.Resynced>(m => log.LogInformation("Greeters: {Count}", m.View.Instances.Length));
        Receive<ServiceChange.Up>(m => log.LogInformation("Up: {Instance}", m.Instance.Id));
        Receive<ServiceChange.Down>(m => log.LogInformation("Down: {Instance}", m.Instance.Id));
        Receive<ServiceChange.Stale>(_ => log.LogWarning("etcd is away; the last view is kept"));
        Receive<Status.Failure>(m => log.LogError("Failed: {Problem}", m.Cause.Message));

        actor.Tell(new ServiceRequest.Subscribe("greeter"));
        actor.Tell(new ElectionRequest.Subscribe("/app/leader"));
        actor.Tell(new ElectionRequest.Campaign("/app/leader", $"process {Environment.ProcessId}"));
    }
}
