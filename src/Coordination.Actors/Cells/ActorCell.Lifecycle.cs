using System.Reflection;

namespace Coordination.Actors;

/// <content>From the first instance to the end.</content>
internal sealed partial class ActorCell
{
    public void Create()
    {
        if (_actor is not null || Children.IsTerminating) return;
        try
        {
            MakeInstance();
            _actor!.AroundPreStart();
        }
        catch (Exception failure)
        {
            DropInstance();
            throw new ActorInitializationException(Self, "Exception during creation", Unwrap(failure));
        }
    }

    /// <summary>The end: children first, then the actor itself.</summary>
    public void Terminate()
    {
        SetReceiveTimeout(null);
        var already = Children.IsTerminating;
        StopChildren();
        if (!Children.WaitFor(ChildrenEnding.Termination))
        {
            FinishTerminate();
        }
        else if (!already)
        {
            Mailbox.Suspend();
            _perpetrator = SelfRef; // failures from now on concern nobody
        }
    }

    private void FinishTerminate()
    {
        try
        {
            _actor?.AroundPostStop();
        }
        catch (Exception failure)
        {
            SystemImpl.Log.Error(failure, "PostStop of {0} failed: {1}", Self, failure.Message);
        }

        DropInstance();
        SetReceiveTimeout(null);
        Mailbox.Close();
        ParentRef.SendSystem(new DeathWatchNotification(SelfRef, existenceConfirmed: true));
        Watchers.TellWatchers();
        ForgetCurrent();
    }

    private void MakeInstance()
    {
        (_behavior, _below, _strategy) = (null, null, null);
        var actor = _props.NewActor() ?? throw new ActorInitializationException(Self, $"Props of {_props.Type} made no actor.");
        if (!ReferenceEquals(actor.Cell, this)) throw new ActorInitializationException(Self, "Props made an actor that belongs to another cell.");
        _actor = actor;
        if (actor is IActorStash stashing) stashing.Stash = new UnboundedStash(this);
        (actor as ReceiveActor)?.EndConfiguration();
    }

    // The instance is given up: its open tasks no longer hold the mailbox, its stash goes back to the front of it.
    private void DropInstance()
    {
        if (_actor is not { } actor) return;
        _actor = null;
        AbandonTurns();
        try
        {
            if (actor is IActorStash { Stash: { } stash }) stash.UnstashAll();
            (actor as IDisposable)?.Dispose();
            _props.Release(actor);
        }
        catch (Exception failure)
        {
            SystemImpl.Log.Error(failure, "An error occurred while disposing {0}: {1}", Self, failure.Message);
        }
    }

    private static Exception Unwrap(Exception failure) =>
        failure is TargetInvocationException { InnerException: { } inner } ? inner : failure;
}
