namespace Coordination.Actors;

/// <content>Failure: the actor reports to its supervisor and waits; the supervisor resumes, restarts or stops it, or fails itself.</content>
internal sealed partial class ActorCell
{
    private LocalActorRef? _perpetrator; // who failed, this actor or a child; null when nobody did
    private SupervisorStrategy? _strategy;
    private Queue<SystemMessage>? _waitingSystem;

    public void InvokeSystem(SystemMessage message)
    {
        // What concerns the next instance waits until there is one.
        if (message is (RecreateMessage or SuspendMessage or ResumeMessage) && Children.AwaitsInstance)
        {
            (_waitingSystem ??= new()).Enqueue(message);
            return;
        }

        try
        {
            message.Run(this);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>A system message for an actor that is gone.</summary>
    public void RefuseSystem(SystemMessage message)
    {
        if (message is Continuation continuation) continuation.RunAbandoned();
        else DeadLetterActorRef.Refuse(message, SelfRef);
    }

    public void Fail(Exception cause, LocalActorRef? perpetrator = null, IReadOnlyList<LocalActorRef>? suspended = null)
    {
        if (_perpetrator is not null) return;
        Mailbox.Suspend();
        _perpetrator = perpetrator ?? SelfRef;
        foreach (var child in Children.All())
        {
            if (!ReferenceEquals(child, perpetrator) && suspended?.Contains(child) is not true) child.SendSystem(new SuspendMessage());
        }

        ParentRef.SendSystem(new FailedMessage(SelfRef, cause));
    }

    /// <summary>A child failed: the strategy decides; what it does not handle is this actor's failure.</summary>
    public void JudgeFailure(FailedMessage failed)
    {
        if (Children.Find(failed.Child) is not { } stats) return;
        var outer = _current;
        _current = new Delivery(failed, failed.Child); // the decider sees the child as the sender
        bool handled;
        try
        {
            _strategy ??= _props.SupervisorStrategy ?? _actor?.SupervisorStrategy() ?? SupervisorStrategy.DefaultStrategy;
            handled = _strategy.HandleFailure(this, stats, failed.Cause, Children.AllStats());
        }
        finally
        {
            _current = outer;
        }

        if (!handled) Fail(failed.Cause, failed.Child);
    }

    public void SuspendAll()
    {
        Mailbox.Suspend();
        foreach (var child in Children.All()) child.SendSystem(new SuspendMessage());
    }

    public void ResumeAll(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            CreateAgain();
            return;
        }

        var perpetrator = _perpetrator;
        Mailbox.Resume();
        if (causedByFailure is not null) ClearFailure();
        foreach (var child in Children.All())
            child.SendSystem(new ResumeMessage(ReferenceEquals(child, perpetrator) ? causedByFailure : null));
    }

    public void Recreate(Exception cause)
    {
        if (Children.IsTerminating) return;
        if (_actor is not { } failed)
        {
            CreateAgain();
            return;
        }

        try
        {
            failed.AroundPreRestart(cause, _current?.Message);
        }
        catch (Exception failure)
        {
            SystemImpl.Log.Error(failure, "PreRestart of {0} failed: {1}", Self, failure.Message);
        }

        DropInstance();
        if (!Children.WaitFor(ChildrenEnding.Recreation, cause)) FinishRecreate(cause);
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = Children.All();
        try
        {
            Mailbox.Resume();
            ClearFailure();
            MakeInstance();
            _actor!.AroundPostRestart(cause, null);
            foreach (var child in survivors) child.SendSystem(new RecreateMessage(cause));
        }
        catch (Exception failure)
        {
            DropInstance();
            Fail(new PostRestartException(Self, Unwrap(failure), cause), suspended: survivors);
        }
    }

    // The actor failed before it had an instance; whatever children it started are stopped before the next try.
    private void CreateAgain()
    {
        SetReceiveTimeout(null);
        StopChildren();
        if (!Children.WaitFor(ChildrenEnding.Creation)) FinishCreate();
    }

    private void FinishCreate()
    {
        Mailbox.Resume();
        ClearFailure();
        try
        {
            Create();
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    private void ClearFailure()
    {
        _perpetrator = null;
        ForgetCurrent();
    }

    private void RunWaitingSystemMessages()
    {
        while (!Mailbox.IsClosed && _waitingSystem is { Count: > 0 } waiting && !Children.AwaitsInstance) InvokeSystem(waiting.Dequeue());
    }
}
