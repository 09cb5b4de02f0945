namespace Coordination.Etcd.Transport;

/// <summary>What is to be done about requests that have no answer.</summary>
internal enum StallAction
{
    /// <summary>Nothing: answers come.</summary>
    Wait,

    /// <summary>Ask the endpoint who leads.</summary>
    Ask,

    /// <summary>Give them up: the endpoint does not even say who leads, which it knows without anybody's help.</summary>
    GiveUp,
}

/// <summary>
/// Judges whether requests without an answer still have a chance, pure. It is told at regular looks how many answers there were; when there was none since the
/// look before, the endpoint is asked who leads. If it does not say, it hangs. If it says another leader than before, what it had sent to the former one is lost,
/// and is waited for in vain: etcd repeats only reads. Not thread-safe.
/// </summary>
/// <param name="patience">How many looks the endpoint has to say who leads.</param>
internal sealed class StallJudge(int patience)
{
    private (ulong Term, ulong Leader)? _before;
    private long _answered;
    private bool _isAsking;
    private bool _isLast;
    private int _silent;

    /// <summary>A look, with the number of answers so far.</summary>
    public StallAction Look(long answered)
    {
        var wentOn = answered != _answered;
        _answered = answered;
        if (_isAsking)
        {
            _silent = wentOn ? 0 : _silent + 1;
            if (_silent < patience)
            {
                return StallAction.Wait;
            }

            (_isAsking, _before) = (false, null);
            return StallAction.GiveUp;
        }

        // When answers come again, one last question: some of those that have none may have been lost nevertheless.
        if (wentOn && _before is null)
        {
            return StallAction.Wait;
        }

        (_isAsking, _isLast, _silent) = (true, wentOn, 0);
        return StallAction.Ask;
    }

    /// <summary>The endpoint says who leads; 0: nobody. Whether that is another one than when the requests began to hang.</summary>
    /// <param name="term">The term, the same for all members.</param>
    /// <param name="leader">The leader.</param>
    /// <param name="elsewhere">What another endpoint said a moment ago, when requests hung there: they go on here, perhaps.</param>
    public bool Said(ulong term, ulong leader, (ulong Term, ulong Leader)? elsewhere = null)
    {
        _isAsking = false;
        _before ??= elsewhere;
        var isAnother = leader != 0 && _before is { } before && before != (term, leader);
        _before = isAnother || _isLast ? null : _before ?? (term, leader);
        return isAnother;
    }

    /// <summary>The question failed; the requests will, too.</summary>
    public void SaidNothing() => _isAsking = false;
}
