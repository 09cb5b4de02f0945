using Coordination.Etcd;
using Coordination.Etcd.Transport;

namespace Coordination.Discovery.Registration;

/// <summary>
/// Sends the transactions of registrations. A few are under way at a time; those that have to wait go together, many in one transaction of etcd: when thousands
/// come back after an outage, that is a few commits instead of thousands. Each registration has at most one transaction here, they come in order, and each is
/// answered as if it had been sent alone. Thread-safe.
/// </summary>
/// <param name="etcd">The client.</param>
/// <param name="inFlight">How many transactions of etcd are under way at most.</param>
internal sealed class RegistrationWrites(IEtcdClient etcd, int inFlight)
{
    /// <summary>So many go together at most; etcd takes 128 operations by default.</summary>
    internal const int MostTogether = 100;

    /// <summary>And so many bytes: a large request holds up everybody else.</summary>
    internal const int MostBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Write> _waiting = [];
    private int _free = inFlight;

    /// <summary>Sends when there is room. What is no longer wanted by then is never sent.</summary>
    /// <param name="txn">The transaction.</param>
    /// <param name="lease">The lease of its registration. Only those of one lease go together: when it is gone, that is the answer to all of them.</param>
    /// <param name="isWanted">Asked when its turn comes.</param>
    /// <exception cref="OperationCanceledException">It was not wanted any more.</exception>
    /// <exception cref="EtcdException">It failed.</exception>
    public Task<TxnResult> SendAsync(EtcdOp.Txn txn, LeaseId lease, Func<bool> isWanted)
    {
        var write = new Write(txn, lease, isWanted);
        lock (_lock)
        {
            _waiting.Enqueue(write);
            if (_free == 0)
            {
                return write.Answer.Task;
            }

            _free--;
        }

        _ = SendWaitingAsync();
        return write.Answer.Task;
    }

    private async Task SendWaitingAsync()
    {
        while (Next() is { Count: > 0 } next)
        {
            await (next.Count == 1 ? SendAloneAsync(next[0]) : SendTogetherAsync(next)).ConfigureAwait(false);
        }
    }

    /// <summary>What goes next; nothing, and the room is free again, when nothing waits.</summary>
    private List<Write> Next()
    {
        var next = new List<Write>();
        var bytes = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var write) && next.Count < MostTogether)
            {
                var isWanted = write.IsWanted();
                bytes += isWanted ? write.Txn.ToProto().CalculateSize() : 0;
                if (isWanted && next.Count > 0 && (write.Lease != next[0].Lease || bytes > MostBytes))
                {
                    break;
                }

                _waiting.Dequeue();
                if (isWanted)
                {
                    next.Add(write);
                }
                else
                {
                    write.Answer.SetCanceled(CancellationToken.None);
                }
            }

            if (next.Count == 0)
            {
                _free++;
            }
        }

        return next;
    }

    private async Task SendAloneAsync(Write write)
    {
        try
        {
            write.Answer.SetResult(await etcd.TxnAsync(write.Txn).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            write.Answer.SetException(error);
        }
    }

    private async Task SendTogetherAsync(List<Write> writes)
    {
        try
        {
            var all = await etcd.TxnAsync(new EtcdOp.Txn { Then = [.. writes.Select(write => write.Txn)] }).ConfigureAwait(false);
            var results = all.Results.OfType<TxnResult>().ToList();
            if (results.Count != writes.Count)
            {
                throw new EtcdException(
                    CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, $"etcd answered {results.Count} of {writes.Count} transactions that were sent in one");
            }

            foreach (var (write, result) in writes.Zip(results))
            {
                write.Answer.SetResult(result with { Header = all.Header });
            }
        }
        catch (EtcdException error) when (MayBeOneOfThem(error))
        {
            foreach (var write in writes)
            {
                await SendAloneAsync(write).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            foreach (var write in writes)
            {
                write.Answer.SetException(error);
            }
        }
    }

    /// <summary>Refused, and certainly not made: for a permission, or a key that two of them want. The others are not to suffer from that.</summary>
    private static bool MayBeOneOfThem(EtcdException error) =>
        error is { Outcome: WriteOutcome.NotApplied, IsTransient: false } && error.Kind is not CoordinationErrorKind.LeaseNotFound;

    private sealed record Write(EtcdOp.Txn Txn, LeaseId Lease, Func<bool> IsWanted)
    {
        public TaskCompletionSource<TxnResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
