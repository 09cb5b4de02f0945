using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Locks.Shared;

/// <content>The effects of the machine, and what is sent to etcd.</content>
internal sealed partial class SharedLockActor
{
    private void Run(SharedLockEffect effect)
    {
        switch (effect)
        {
            case SharedLockEffect.SendEnter e:
                SendEnter(e);
                break;
            case SharedLockEffect.SendLeave e:
                SendLeave(e);
                break;
            case SharedLockEffect.SendRead e:
                SendRead(e);
                break;
            case SharedLockEffect.StartWatch e:
                _watchers.Add(e.Keys, Context.ActorOf(WatcherActor.FromNow(_context, e.Keys)));
                break;
            case SharedLockEffect.StopWatch e:
                _watchers.Remove(e.Keys, out var watcher);
                Context.Stop(watcher!);
                break;
            case SharedLockEffect.SetTimer e:
                Timers.StartSingleTimer(e.Timer, new SharedLockMessage.TimerFired(e.Timer), Delay(e));
                break;
            case SharedLockEffect.CancelTimer e:
                Timers.Cancel(e.Timer);
                break;
            case SharedLockEffect.Grant e:
                var claim = _claims[e.Request] = new LockClaim(e.Key, e.Request, e.Token, _lease!, _context.Log)
                {
                    Measured = LockHold.Begin(_context.Metrics, e.Ask.Mode.Kind(), NameTag),
                };
                _context.Log.LockAcquired(e.Key.ToString(), e.Token.Value, e.Lease);
                Answer(e.Request, new SharedLockReply.Acquired(claim, e.Ask, e.Floor));
                break;
            case SharedLockEffect.Reply e:
                Answer(e.Request, e.Answer);
                break;
            case SharedLockEffect.Lose e when _claims.Remove(e.Request, out var lost):
                lost.End(e.Reason);
                _context.Log.LockLost(lost.Key.ToString(), lost.Token.Value, e.Reason);
                break;
            case SharedLockEffect.VerifyLease e:
                Context.Parent.Tell(new Leases.LeaseMessage.Verify(e.Lease, default));
                break;
            case SharedLockEffect.GiveUpLease e:
                Context.Parent.Tell(new Leases.LeaseMessage.GiveUp(e.Lease, default));
                break;
            case SharedLockEffect.NoteUnknown e:
                _context.Log.LockOutcomeUnknown(_name.Name, e.Attempt.ToString(), e.Error.Message);
                break;
            case SharedLockEffect.NoteAbandonedFound e:
                _context.Log.LockAbandonedFound(_name.Name, e.Attempt.ToString());
                break;
        }
    }

    private void SendEnter(SharedLockEffect.SendEnter e)
    {
        var value = SharedLockValue.Encode(_context.Options.Owner, e.Ask, _context.Clock.Provider.GetUtcNow());
        var isFull = e.Ask.Mode != SharedMode.Read;
        var line = Line(isFull ? default : e.Key, isFull);
        var txn = new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(e.Key), .. e.IsTry ? NobodyInTheWay(e.Ask.Mode) : []],

            // A transaction reads what it has written: the line shows the entry, and what is before it, at one revision.
            Then = [new EtcdOp.Put(e.Key, value) { Lease = e.Lease }, .. line],
            Else = [.. line],
        };
        using var trace = TraceScope.Enter(_turn);
        _context.Etcd.TxnAsync(txn).PipeTo(
            Self,
            success: result => result.Succeeded
                ? new SharedLockMessage.Entered(e.Attempt, LineOf(result, isFull), default)
                : new SharedLockMessage.NotEntered(e.Attempt, LineOf(result, isFull)),
            failure: error => new SharedLockMessage.EnterFailed(e.Attempt, EtcdFailure.From(error)));
    }

    private void SendLeave(SharedLockEffect.SendLeave e)
    {
        // When the guard fails the entry is not ours any more, which is what was wanted.
        var txn = new EtcdOp.Txn { If = [EtcdCompare.Unchanged(e.Key, e.Created)], Then = [new EtcdOp.Delete(e.Key)] };
        using var trace = TraceScope.Enter(_turn);
        _context.Etcd.TxnAsync(txn).PipeTo(
            Self,
            success: _ => new SharedLockMessage.Left(e.Attempt),
            failure: error => new SharedLockMessage.LeaveFailed(e.Attempt, EtcdFailure.From(error)));
        _context.Log.LockReleased(e.Key.ToString(), e.Created.Value);
    }

    private void SendRead(SharedLockEffect.SendRead e)
    {
        var txn = new EtcdOp.Txn { Then = [.. Line(_name.OwnFolder(SharedMode.Read, e.Lease), e.IsFull)] };
        _context.Etcd.TxnAsync(txn).PipeTo(
            Self,
            success: result => new SharedLockMessage.LineRead(LineOf(result, e.IsFull), default),
            failure: error => new SharedLockMessage.ReadFailed(EtcdFailure.From(error)));
    }

    /// <summary>The whole line, or for readers: all writers, and of the readers only our own.</summary>
    private EtcdOp.Get[] Line(KeyRange ownReaders, bool isFull) => _name.Kind == SharedKind.Semaphore
        ? [new EtcdOp.Get(_name.Folder(SharedMode.Permits))]
        : [new EtcdOp.Get(_name.Folder(SharedMode.Write)), new EtcdOp.Get(isFull ? _name.Folder(SharedMode.Read) : ownReaders)];

    private static SharedLine LineOf(TxnResult result, bool isFull) =>
        new(result.Header.Revision, [.. result.Results.OfType<GetResult>().SelectMany(get => get.KeyValues)], isFull);

    /// <summary>For a reader-writer lock etcd can say whether anybody is in the way, so that a try that fails does not pass through the line.</summary>
    private ImmutableArray<EtcdCompare> NobodyInTheWay(SharedMode mode)
    {
        var noWriters = EtcdCompare.CreateRevision(_name.Folder(SharedMode.Write), CompareResult.Equal, Revision.None);
        return mode switch
        {
            SharedMode.Read => [noWriters],
            SharedMode.Write => [noWriters, EtcdCompare.CreateRevision(_name.Folder(SharedMode.Read), CompareResult.Equal, Revision.None)],
            _ => [],
        };
    }

    private TimeSpan Delay(SharedLockEffect.SetTimer e) => e.Timer switch
    {
        SharedLockTimer.Retry or SharedLockTimer.RetryLeave => BackoffPolicy.Default.After(e.Failures, Random.Shared),
        SharedLockTimer.Fallback => _context.Options.Locks.FallbackInterval * (1 + (0.5 * Random.Shared.NextDouble())),
        SharedLockTimer.OwnWatch => _context.Options.Locks.OwnKeyWatchDelay,
        _ => LockOptions.ConfirmInterval,
    };
}
