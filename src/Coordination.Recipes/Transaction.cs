using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>
/// One run of a transaction, after etcd's <c>concurrency.STM</c> at its level <c>SerializableSnapshot</c>. The first read sets the revision of all others. It is written
/// if each key that was read is as it was read, and no key that is written was changed after that revision.
/// </summary>
internal sealed class Transaction(CoordinationSystem system, CancellationToken stopping) : ITransaction
{
    /// <summary>With the guards, the fence and the receipt they are within etcd's 128.</summary>
    private const int MaxKeys = 100;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<Bytes, KeyValue?> _read = [];
    private readonly Dictionary<Bytes, EtcdOp> _written = [];
    private Revision _snapshot;

    /// <summary>Runs it until it is written.</summary>
    public static async Task<T> RunAsync<T>(CoordinationSystem system, Func<ITransaction, Task<T>> work, TransactionOptions options, CancellationToken cancellationToken)
    {
        options.ThrowIfInvalid();
        for (var attempt = 1; ; attempt++)
        {
            var run = new Transaction(system, cancellationToken);
            try
            {
                var result = await work(run).ConfigureAwait(false);
                if (await run.WriteAsync(options).ConfigureAwait(false))
                {
                    return result;
                }
            }
            catch (EtcdException error) when (error.Kind == CoordinationErrorKind.Compacted && attempt < options.MaxAttempts)
            {
                // The snapshot is forgotten: the next run has a newer one.
            }

            if (attempt == options.MaxAttempts)
            {
                throw new CoordinationException(CoordinationErrorKind.LimitReached, string.Create(
                    CultureInfo.InvariantCulture, $"The transaction was tried {attempt} times, and each time others changed what it read or writes: {string.Join(", ", run.Keys)}."));
            }

            var pause = Math.Min(LongestPause.TotalMilliseconds, Math.Pow(2, Math.Min(attempt, 10))) * Random.Shared.NextDouble();
            await Task.Delay(TimeSpan.FromMilliseconds(pause), system.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private IEnumerable<Bytes> Keys => _read.Keys.Union(_written.Keys);

    public async Task<Bytes?> GetAsync(Bytes key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        if (_written.TryGetValue(key, out var op))
        {
            return (op as EtcdOp.Put)?.Value;
        }

        if (!_read.TryGetValue(key, out var found))
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            var read = await system.ReadAsync(etcd => etcd.GetAsync(new EtcdOp.Get(key) { Revision = _snapshot }, end.Token)).ConfigureAwait(false);
            _snapshot = _snapshot == Revision.None ? read.Header.Revision : _snapshot;
            _read[key] = found = read.First;
        }

        return found?.Value;
    }

    public void Put(Bytes key, Bytes value, LeaseId lease = default)
    {
        CheckKey(key);
        _written[key] = new EtcdOp.Put(key, value) { Lease = lease };
    }

    public void Delete(Bytes key)
    {
        CheckKey(key);
        _written[key] = new EtcdOp.Delete(key);
    }

    private static void CheckKey(Bytes key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("The key is empty; at least one byte is required.", nameof(key));
        }
    }

    private async Task<bool> WriteAsync(TransactionOptions options)
    {
        if (Keys.Count() > MaxKeys)
        {
            throw new CoordinationException(
                CoordinationErrorKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The transaction has {Keys.Count()} keys; allowed are {MaxKeys}."));
        }

        if (_written.Count == 0 && options.Guards.IsEmpty)
        {
            // All was true at the snapshot's revision.
            return true;
        }

        var unread = _snapshot == Revision.None ? [] : _written.Keys.Except(_read.Keys);
        return await system.CommitAsync(
            options.Guards,
            [
                .. _read.Select(read => EtcdCompare.Unchanged(read.Key, read.Value?.ModRevision ?? Revision.None)),
                .. unread.Select(key => EtcdCompare.ModRevision(key, CompareResult.Less, _snapshot.Next)),
            ],
            _ => [.. _written.Values],
            stopping).ConfigureAwait(false) is not null;
    }
}
