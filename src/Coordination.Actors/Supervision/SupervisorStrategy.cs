namespace Coordination.Actors;

/// <summary>How an actor treats children that fail.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stops a child that failed at its creation, was killed or broke a death pact; restarts it otherwise.</summary>
    public static readonly IDecider DefaultDecider = new LocalOnlyDecider(cause => cause switch
    {
        ActorInitializationException or ActorKilledException or DeathPactException => Directive.Stop,
        _ => Directive.Restart,
    });

    /// <summary>One for one, without limit, with the default decider.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops every child that fails.</summary>
    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    private protected SupervisorStrategy() { }

    /// <summary>Maps failures to directives.</summary>
    public abstract IDecider Decider { get; }

    /// <summary>Whether failures are logged; the default is yes.</summary>
    protected bool LoggingEnabled { get; set; } = true;

    /// <summary>Decides about one failure.</summary>
    protected abstract Directive Handle(IActorRef child, Exception exception);

    /// <summary>Writes a failure to the log: a resume as a warning, others as an error, an escalation not at all.</summary>
    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        if (!LoggingEnabled || directive == Directive.Escalate) return;
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(cause);
        var message = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        if (directive == Directive.Resume) context.System.Log.Warning("{0} failed and is resumed: {1}", child, message);
        else context.System.Log.Error(cause, "{0} failed: {1}", child, message);
    }

    /// <summary>Resumes a child.</summary>
    protected void ResumeChild(IActorRef child, Exception exception) => ActorRefBase.Of(child).SendSystem(new ResumeMessage(exception));

    /// <summary>Restarts a child.</summary>
    protected void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        var target = ActorRefBase.Of(child);
        if (suspendFirst) target.SendSystem(new SuspendMessage());
        target.SendSystem(new RecreateMessage(cause));
    }

    /// <summary>Applies the decision. False when the supervisor has to fail itself.</summary>
    internal bool HandleFailure(ActorCell supervisor, ChildStats child, Exception cause, IReadOnlyList<ChildStats> children)
    {
        var directive = Handle(child.Child, cause);
        LogFailure(supervisor, child.Child, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                ResumeChild(child.Child, cause);
                return true;
            case Directive.Restart:
                Apply(supervisor, restart: true, child, cause, children);
                return true;
            case Directive.Stop:
                Apply(supervisor, restart: false, child, cause, children);
                return true;
            default:
                return false;
        }
    }

    internal abstract void Apply(ActorCell supervisor, bool restart, ChildStats child, Exception cause, IReadOnlyList<ChildStats> children);

    private protected static TimeSpan Window(int milliseconds) =>
        milliseconds <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(milliseconds);

    private protected static int WindowMilliseconds(TimeSpan? window) =>
        (int)(window ?? Timeout.InfiniteTimeSpan).TotalMilliseconds;
}
