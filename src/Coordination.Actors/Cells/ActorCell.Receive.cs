namespace Coordination.Actors;

/// <content>One user message: who sent it, what the runtime takes for itself, and the behaviour that gets the rest.</content>
internal sealed partial class ActorCell
{
    private Delivery? _current;
    private Receive? _behavior;
    private Stack<Receive>? _below;
    private IdleTimer? _idle;

    /// <summary>The message being handled, or the one that the failure was about.</summary>
    public Delivery? CurrentDelivery => _current;

    public TimeSpan? ReceiveTimeout => _idle?.Timeout;

    public void Invoke(Delivery delivery)
    {
        _current = delivery;
        try
        {
            if (_idle is null) Receive(delivery.Message!);
            else ReceiveWithIdleTimer(delivery.Message!);
        }
        catch (Exception failure)
        {
            Fail(failure);
            return;
        }

        if (_openTurns == 0) ForgetCurrent();
    }

    public void Become(Receive receive) => _behavior = receive;

    public void Become(UntypedReceive receive) => Become(Typed(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Typed(receive));

    public void BecomeStacked(Receive receive)
    {
        if (_behavior is not null) (_below ??= new()).Push(_behavior);
        _behavior = receive;
    }

    public void UnbecomeStacked()
    {
        if (_below is { Count: > 0 }) _behavior = _below.Pop();
    }

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        _idle?.End();
        _idle = timeout is { } idle ? new IdleTimer(this, idle) : null;
    }

    /// <summary>Passes a message to the behaviour, after the runtime had its own look at it.</summary>
    public void Receive(object message)
    {
        switch (message)
        {
            case TimerTick tick:
                if (tick.Take() is { } due) Receive(due);
                break;
            case Terminated terminated:
                if (Watchers.TakeQueued(terminated) is { } notification) _actor!.AroundReceive(_behavior!, notification);
                break;
            case PoisonPill:
                Stop(Self);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, Self), Self);
                break;
            default:
                _actor!.AroundReceive(_behavior!, message);
                break;
        }
    }

    private void ReceiveWithIdleTimer(object message)
    {
        var content = message is TimerTick tick ? tick.Message : message;
        if (content is INotInfluenceReceiveTimeout)
        {
            Receive(message);
            return;
        }

        _idle!.Stop();
        try
        {
            Receive(message);
        }
        finally
        {
            _idle?.Start();
        }
    }

    private void ForgetCurrent()
    {
        _current?.Clear();
        _current = null;
    }

    private static Receive Typed(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };
}
