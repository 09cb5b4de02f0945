namespace Coordination.Actors;

/// <summary>Starts its child again, later and later, when it fails: a restart becomes a stop and a start after the delay.</summary>
internal sealed class BackoffOnFailureSupervisor(BackoffOptions plan) : BackoffSupervisorBase(plan)
{
    private bool _failed; // the child is stopping because it failed

    protected internal override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(-1, Plan.Strategy.WithinTimeRangeMilliseconds, cause =>
        {
            var directive = Plan.Strategy.Decider.Decide(cause);
            if (directive != Directive.Restart) return directive;
            if (Plan.Strategy.WithinTimeRangeMilliseconds > 0 && Restarts == 0)
                ResetLater(TimeSpan.FromMilliseconds(Plan.Strategy.WithinTimeRangeMilliseconds));
            if (IsLastRetry(Restarts + 1)) Context.Stop(Self);
            else _failed = true;
            return Directive.Stop;
        });

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated when IsChild(terminated):
                if (_failed) BackOff();
                else Context.Stop(Self);
                _failed = false;
                return true;
            case BackoffSupervisor.StartChild when _failed:
                return true; // another one comes when the child has stopped
            default:
                return HandleBackoff(message);
        }
    }
}
