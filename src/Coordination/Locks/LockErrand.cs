using Coordination.Locks.Line;
using Coordination.Messages;

namespace Coordination.Locks;

/// <summary>
/// Asks for a lock in the name of an actor of the host, and tells it what becomes of it: until it is released or lost. When that actor ends, the
/// request is withdrawn, or the lock released.
/// </summary>
internal sealed class LockErrand : UntypedActor
{
    private readonly LockRequests _requests;
    private readonly LocksCommand.Acquire _request;
    private readonly IActorRef _requester;
    private LockClaim? _claim;
    private bool _isUnwanted;

    public LockErrand(LockRequests requests, LocksCommand.Acquire request, IActorRef requester)
    {
        _requests = requests;
        _request = request;
        _requester = requester;
    }

    private string Name => _request.Lock.Name;

    private IActorRef Locks => _requests.System.Roots.Of<LocksCommand>();

    public static Props PropsFor(LockRequests requests, LocksCommand.Acquire request, IActorRef requester) =>
        Made.By(() => new LockErrand(requests, request, requester));

    protected override void PreStart()
    {
        Context.Watch(_requester);
        Locks.Tell(_request, Self);
    }

    // Whatever ends it: what nobody hears of any more is given back.
    protected override void PostStop()
    {
        if (_claim?.End(LossReason.Released) == true)
        {
            Locks.Tell(new LocksCommand.Release(_request.Lock, _request.Request), ActorRefs.NoSender);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LockReply.Acquired m:
                OnAcquired(m);
                break;
            case LockReply.NotAcquired m:
                Finish(new LockNews.NotAcquired(Name, m.Holder));
                break;
            case LockReply.Withdrawn:
                Finish(new LockNews.Failed(Name, new OperationCanceledException($"The request for the lock '{Name}' was cancelled.")));
                break;
            case LockReply.Failed m:
                Finish(new LockNews.Failed(Name, m.Error));
                break;
            case LockErrandCommand.Cancel when _claim is null:
                Locks.Tell(new LocksCommand.Cancel(_request.Lock, _request.Request), ActorRefs.NoSender);
                break;
            case LockErrandCommand.Over:
                Finish(_claim is { Reason: { } reason and not LossReason.Released } lost ? new LockNews.Lost(Name, lost.Token.Value, reason) : null);
                break;
            case LockErrandCommand:
                break;
            case Terminated when _claim is null:
                // The answer to the withdrawal ends this; if the lock was granted before, it is given back then.
                _isUnwanted = true;
                Locks.Tell(new LocksCommand.Cancel(_request.Lock, _request.Request), ActorRefs.NoSender);
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAcquired(LockReply.Acquired acquired)
    {
        var self = Self;
        var claim = _claim = acquired.Claim;

        // Ended by a loss or by a release: both are told to us, and neither on a thread of ours.
        claim.WhenOver(() => self.Tell(new LockErrandCommand.Over(), ActorRefs.NoSender));
        if (_isUnwanted)
        {
            Context.Stop(Self);
        }
        else
        {
            _requester.Tell(new LockNews.Acquired(Name, new LockHandle(_requests, acquired)));
        }
    }

    private void Finish(LockNews? news)
    {
        if (news is not null)
        {
            _requester.Tell(news);
        }

        Context.Stop(Self);
    }
}

/// <summary>What a LockErrand is told.</summary>
internal abstract record LockErrandCommand
{
    private LockErrandCommand()
    {
    }

    /// <summary>The requester does not want the lock any more.</summary>
    public sealed record Cancel : LockErrandCommand;

    /// <summary>Fact: the acquisition has ended.</summary>
    public sealed record Over : LockErrandCommand;
}
