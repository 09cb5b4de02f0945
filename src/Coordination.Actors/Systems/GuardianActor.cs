namespace Coordination.Actors;

/// <summary>The top of the tree of users' actors, and of the system's own.</summary>
internal sealed class GuardianActor : ActorBase
{
    protected override bool Receive(object message)
    {
        if (message is not Terminated) Cell.SystemImpl.DeadLetterRef.Refuse(message, Sender, Self);
        return true;
    }

    protected override void PreRestart(Exception reason, object? message) { } // children restart, they are not stopped
}
