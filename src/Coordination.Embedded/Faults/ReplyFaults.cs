namespace Coordination.Embedded.Faults;

/// <summary>Delays and losses of replies.</summary>
internal sealed class ReplyFaults
{
    private readonly Lock _gate = new();
    private TimeSpan _delay;
    private Func<EtcdCall, bool>? _drop;
    private LostReply _how;
    private volatile bool _any;

    /// <summary>False when every reply simply goes out.</summary>
    public bool Any => _any;

    public TimeSpan Delay
    {
        get
        {
            lock (_gate)
            {
                return _delay;
            }
        }

        set
        {
            lock (_gate)
            {
                _delay = value;
                _any = _delay > TimeSpan.Zero || _drop is not null;
            }
        }
    }

    public void Drop(Func<EtcdCall, bool>? which, LostReply how)
    {
        lock (_gate)
        {
            (_drop, _how) = (which, how);
            _any = _delay > TimeSpan.Zero || _drop is not null;
        }
    }

    /// <summary>What happens to the reply of a call instead of being sent; null when it is sent.</summary>
    public LostReply? FateOf(EtcdCall call)
    {
        Func<EtcdCall, bool>? drop;
        LostReply how;
        lock (_gate)
        {
            (drop, how) = (_drop, _how);
        }

        return drop?.Invoke(call) == true ? how : null;
    }
}
