namespace Coordination.Actors;

/// <summary>The parent of the two guardians. Stops a guardian that failed, and ends the system when both are gone.</summary>
internal sealed class RootActorRef(ActorSystemImpl system, ActorPath path) : ActorRefBase
{
    public override ActorPath Path { get; } = path;

    internal override ActorSystemImpl SystemImpl => system;

    internal override ActorRefBase? FindChild(string name) => name switch
    {
        "user" => system.UserGuardian,
        "system" => system.InnerGuardian,
        "deadLetters" => system.DeadLetterRef,
        _ => null,
    };

    internal override void SendSystem(SystemMessage message)
    {
        switch (message)
        {
            case FailedMessage failed:
                system.Log.Error(failed.Cause, "A guardian failed, the system stops: {0}", failed.Child);
                failed.Child.StopThis();
                break;
            case DeathWatchNotification { Actor: var actor } when ReferenceEquals(actor, system.UserGuardian):
                system.InnerGuardian.StopThis();
                break;
            case DeathWatchNotification { Actor: var actor } when ReferenceEquals(actor, system.InnerGuardian):
                system.Finish();
                break;
        }
    }

    private protected override void TellInternal(object message, IActorRef? sender) =>
        system.DeadLetterRef.Refuse(message, sender, this);
}
