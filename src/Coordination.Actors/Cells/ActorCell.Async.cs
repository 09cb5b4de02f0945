namespace Coordination.Actors;

/// <content>Asynchronous handlers that are not done yet. Each suspends the mailbox once.</content>
internal sealed partial class ActorCell
{
    private int _openTurns;

    public void OpenTurn()
    {
        _openTurns++;
        Mailbox.Suspend();
    }

    public void CloseTurn()
    {
        _openTurns--;
        Mailbox.Resume();
    }

    public void TurnsMayBeOver()
    {
        if (_openTurns == 0 && _perpetrator is null) ForgetCurrent();
    }

    private void AbandonTurns()
    {
        while (_openTurns > 0) CloseTurn();
    }
}
