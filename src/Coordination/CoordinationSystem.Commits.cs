using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Supervision;

namespace Coordination;

/// <content>Transactions of the host's own with a definite outcome.</content>
public sealed partial class CoordinationSystem
{
    /// <summary>
    /// Makes a transaction once, or not at all, and tells which, also when replies of etcd are lost: it goes through the journal of the session, and leaves a receipt there (a key
    /// under <see cref="LockOptions.WaitersPrefix"/> on the session's lease). Waits for the session's lease as long as a request may take. Transactions of this system with a key
    /// in common are made in the order in which they came.
    /// </summary>
    /// <param name="write">
    /// Makes the transaction for the session's lease, on which its keys may live: conditions, what is written when they hold, and what is read when they do not. Called
    /// again when the one before was certainly not made and never will be. Etcd's limits, less three operations for fence and receipt.
    /// </param>
    /// <param name="cancellationToken">Gives up what was not sent. What is under way is waited for, at most as long as the session lives, so a cancelled call has written nothing.</param>
    /// <returns>
    /// Whether the conditions held, at which revision, and the results. A transaction that was made but whose reply was lost has none: its <see cref="TxnResult.Results"/> are empty.
    /// </returns>
    /// <exception cref="ArgumentException">It would write something when its conditions do not hold.</exception>
    /// <exception cref="EtcdException">
    /// Etcd refused it, could not be reached, or there was no session: it was not made. Or (<see cref="CoordinationErrorKind.Lost"/>) the session was lost while it was under way:
    /// then its outcome is unknown, but what it put on the session's lease goes with it.
    /// </exception>
    /// <exception cref="CoordinationException">The system has stopped; what was under way may have been made.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before it was made.</exception>
    public async Task<TxnResult> CommitAsync(Func<LeaseId, EtcdOp.Txn> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        var receipts = _context.Receipts;
        var receipt = receipts.Take();
        try
        {
            while (true)
            {
                var (lease, journal) = await OpenSessionAsync(cancellationToken).ConfigureAwait(false);
                var txn = write(lease.Id);
                ArgumentNullException.ThrowIfNull(txn, nameof(write));
                if (Receipts.Writes(txn.Else))
                {
                    throw new ArgumentException("The transaction writes something when its conditions do not hold; then it can only read.", nameof(write));
                }

                var answer = ReplyRef<Written>.AskAsync(this, journal, writer => new JournalMessage.Submit(receipts.Sign(txn, receipt, lease.Id, writer)));
                switch (await UnlessLostAsync(answer, lease).ConfigureAwait(false))
                {
                    case Written.Answered { Result: var result }:
                        return result.Succeeded ? result with { Results = result.Results[..^1] } : result;
                    case Written.Settled { Shown: { Results: [GetResult { First: { } left }] } shown } when left.Value == receipt.Number:
                        return new TxnResult(shown.Header with { Revision = left.ModRevision }, true, []);
                    case Written.Refused { Error.Kind: CoordinationErrorKind.LeaseNotFound } when await IsReplacedAsync(lease, cancellationToken).ConfigureAwait(false):
                        break;
                    case Written.Refused { Error: var error }:
                        throw new EtcdException(error.Kind, error.Outcome, error.Message, error.Endpoint, error);
                }
            }
        }
        finally
        {
            receipts.Return(receipt);
        }
    }

    private async Task<(LeaseValidity Lease, IActorRef Journal)> OpenSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_context.Session.Open is { } open)
            {
                return open;
            }

            try
            {
                await WaitUntilReadyAsync(Options.Etcd.RequestTimeout, cancellationToken).ConfigureAwait(false);
            }
            catch (CoordinationException error) when (error.Kind != CoordinationErrorKind.Stopped)
            {
                throw new EtcdException(error.Kind, WriteOutcome.NotApplied, error.Message, innerException: error);
            }
        }
    }

    /// <summary>
    /// A transaction was refused for a lease that does not exist. When that is the session's, which was not noticed yet, the next session makes it; when it is another one, it
    /// is the caller's mistake.
    /// </summary>
    private async Task<bool> IsReplacedAsync(LeaseValidity lease, CancellationToken cancellationToken)
    {
        try
        {
            if ((await Etcd.GetLeaseAsync(lease.Id, withKeys: false, cancellationToken).ConfigureAwait(false)).Remaining >= TimeSpan.Zero)
            {
                return false;
            }
        }
        catch (EtcdException)
        {
            return false;
        }

        Tell(new LeaseMessage.Verify(lease.Id, default));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        await Task.Delay(Options.Etcd.RequestTimeout, Options.TimeProvider, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return lease.Lost.IsCancellationRequested;
    }

    private static async Task<Written> UnlessLostAsync(Task<Written> answer, LeaseValidity lease)
    {
        try
        {
            return await answer.WaitAsync(lease.Lost).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
        {
            throw new EtcdException(
                CoordinationErrorKind.Lost, WriteOutcome.Unknown, $"The session's lease {lease.Id} was lost ({lease.Reason}) while a transaction was under way: it may have been made.");
        }
    }
}
