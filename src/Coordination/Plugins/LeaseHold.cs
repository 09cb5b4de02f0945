using Akka.Coordination;
using Coordination.Etcd;

namespace Coordination.Plugins;

/// <summary>One owner's hold of one lease, in one actor system. One request at a time: Akka acquires again while it still releases.</summary>
internal sealed class LeaseHold
{
    private readonly CoordinationSystem _system;
    private readonly LeaseTerms _terms;
    private readonly ILock _lock;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Acquisition? _current;

    public LeaseHold(CoordinationSystem system, LeaseTerms terms)
    {
        _system = system;
        _terms = terms;
        _lock = system.Lock(terms.Key, new DistributedLockOptions { Owner = terms.Owner });
    }

    public Bytes Key => _lock.Name;

    public ILockHandle? Current => _current?.Handle;

    public async Task<bool> AcquireAsync()
    {
        using var limit = NewLimit();
        return await InTurnAsync("acquired", limit, async () =>
        {
            if (_current is { Handle.IsHeld: true })
            {
                return true;
            }

            // Only this says where etcd was looked for and why it cannot be used, while there is no session.
            await _system.WaitUntilReadyAsync(_terms.OperationTimeout, limit.Token).ConfigureAwait(false);
            var handle = await _lock.TryAcquireAsync(limit.Token).ConfigureAwait(false);
            _current = handle is null ? null : new Acquisition(handle, this);
            return handle is not null;
        }).ConfigureAwait(false);
    }

    /// <summary>Calls back when what was acquired is lost; not before the task has completed, as Akka wants it.</summary>
    public void TellLoss(Task<bool> acquiring, Action<Exception> call) => acquiring.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
    {
        if (acquiring.IsCompletedSuccessfully)
        {
            _current?.TellLoss(call);
        }
    });

    public async Task<bool> ReleaseAsync()
    {
        using var limit = NewLimit();
        return await InTurnAsync("released", limit, async () =>
        {
            if (Interlocked.Exchange(ref _current, null) is { } current)
            {
                current.Forget();
                await current.Handle.ReleaseAsync(limit.Token).ConfigureAwait(false);
            }

            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// At the end of the actor system: what nobody released is left to run out, as after a crash. Akka's split brain resolver rests on that: the side that lost must
    /// not get the lease as soon as the node that decided leaves.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_current?.Handle is not { IsHeld: true } held)
        {
            return;
        }

        var etcd = _system.Etcd;
        var value = (await etcd.GetAsync(new EtcdOp.Get(held.Key), cancellationToken).ConfigureAwait(false)).First?.Value;
        var lease = await etcd.GrantLeaseAsync(_terms.Ttl, cancellationToken: cancellationToken).ConfigureAwait(false);
        await etcd.TxnAsync(
            new EtcdOp.Txn { If = [held.Guard], Then = [new EtcdOp.Put(held.Key, value ?? "") { Lease = lease.Id }] }, cancellationToken).ConfigureAwait(false);
    }

    private CancellationTokenSource NewLimit() => new(_terms.OperationTimeout, _system.Options.TimeProvider);

    private async Task<bool> InTurnAsync(string what, CancellationTokenSource limit, Func<Task<bool>> act)
    {
        var isInTurn = false;
        try
        {
            await _turn.WaitAsync(limit.Token).ConfigureAwait(false);
            isInTurn = true;
            return await act().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw TimedOut(what, _system.Health.Reason ?? "etcd has not answered");
        }
        catch (CoordinationException error) when (error.Kind is CoordinationErrorKind.Unavailable or CoordinationErrorKind.Timeout or CoordinationErrorKind.NoLeader)
        {
            throw TimedOut(what, error.Message);
        }
        catch (CoordinationException error)
        {
            throw new LeaseException($"The lease '{Key}' could not be {what} for '{_terms.Owner}': {error.Message}", error);
        }
        finally
        {
            if (isInTurn)
            {
                _turn.Release();
            }
        }
    }

    private LeaseTimeoutException TimedOut(string what, string cause) => new(
        $"The lease '{Key}' was not {what} for '{_terms.Owner}' within {_terms.OperationTimeout.TotalSeconds:0.###} s, it may be held: {cause}");

    /// <summary>One acquisition, and who is told of its loss.</summary>
    private sealed class Acquisition(ILockHandle handle, LeaseHold hold)
    {
        private Action<Exception>? _call;
        private int _isWatched;

        public ILockHandle Handle => handle;

        public void TellLoss(Action<Exception> call)
        {
            Volatile.Write(ref _call, call);
            if (Interlocked.Exchange(ref _isWatched, 1) == 0 || !handle.IsHeld)
            {
                handle.Lost.UnsafeRegister(static acquisition => ((Acquisition)acquisition!).Tell(), this);
            }
        }

        public void Forget() => Volatile.Write(ref _call, null);

        private void Tell() => Interlocked.Exchange(ref _call, null)?.Invoke(
            new LeaseException($"The lease '{hold.Key}' of '{hold._terms.Owner}' is lost: {handle.LossReason}."));
    }
}
