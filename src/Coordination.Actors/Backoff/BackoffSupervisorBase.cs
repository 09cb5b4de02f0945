namespace Coordination.Actors;

/// <summary>What the two backoff supervisors share: the child behind them, and the count of its restarts.</summary>
public abstract class BackoffSupervisorBase : ActorBase
{
    private int _restarts;
    private bool _finalStopReceived;

    private protected BackoffSupervisorBase(BackoffOptions plan) => Plan = (BackoffPlan)plan;

    private protected BackoffPlan Plan { get; }

    private protected IActorRef? Child { get; private set; }

    private protected int Restarts => _restarts;

    /// <inheritdoc/>
    protected override void PreStart() => StartChild();

    /// <summary>The child is gone, and after the delay there is another one, unless there have been too many.</summary>
    private protected void BackOff()
    {
        Child = null;
        if (_finalStopReceived || IsLastRetry(_restarts + 1))
        {
            Context.Stop(Self);
            return;
        }

        var delay = Plan.Delay(_restarts, Cell.SystemImpl.Random.NextDouble());
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, BackoffSupervisor.StartChild.Instance, Self);
        _restarts++;
    }

    private protected bool IsLastRetry(int restarts) => Plan.Strategy.MaxNumberOfRetries >= 0 && restarts > Plan.Strategy.MaxNumberOfRetries;

    private protected bool IsChild(Terminated terminated) => terminated.ActorRef.Equals(Child);

    private protected bool HandleBackoff(object message)
    {
        switch (message)
        {
            case BackoffSupervisor.StartChild:
                StartChild();
                if (Plan.AutoReset is { } reset) ResetLater(reset);
                return true;
            case BackoffSupervisor.Reset when Plan.AutoReset is null:
                _restarts = 0;
                return true;
            case BackoffSupervisor.Reset:
                return false;
            case BackoffSupervisor.ResetRestartCount { Current: var count }:
                if (count == _restarts) _restarts = 0;
                return true;
            case BackoffSupervisor.GetRestartCount:
                Sender.Tell(new BackoffSupervisor.RestartCount(_restarts), Self);
                return true;
            case BackoffSupervisor.GetCurrentChild:
                Sender.Tell(new BackoffSupervisor.CurrentChild(Child), Self);
                return true;
            default:
                PassOn(message);
                return true;
        }
    }

    private protected void ResetLater(TimeSpan after) =>
        Context.System.Scheduler.ScheduleTellOnce(after, Self, new BackoffSupervisor.ResetRestartCount(_restarts), Self);

    private void StartChild() => Child ??= Context.Watch(Context.ActorOf(Plan.ChildProps, Plan.ChildName));

    private void PassOn(object message)
    {
        var isFinal = Plan.FinalStopMessage?.Invoke(message) is true;
        if (Child is null)
        {
            if (Plan.ReplyWhileStopped is { } reply) Sender.Tell(reply, Self);
            else Context.System.DeadLetters.Forward(message);
            if (isFinal) Context.Stop(Self);
        }
        else if (Child.Equals(Sender))
        {
            Context.Parent.Tell(message, Self);
        }
        else
        {
            Child.Forward(message);
            _finalStopReceived |= isFinal;
        }
    }
}
