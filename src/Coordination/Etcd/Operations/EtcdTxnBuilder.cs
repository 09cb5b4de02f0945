namespace Coordination.Etcd;

/// <summary>
/// A transaction as a sentence: conditions (<see cref="When"/>), then what is done, then what is done otherwise. Immutable; it converts to the operation
/// it stands for, so it can be an operation of another transaction.
/// </summary>
/// <example><c>await etcd.If(When.Missing("/k")).Then(new EtcdOp.Put("/k", "v")).Else(new EtcdOp.Get("/k")).CommitAsync()</c></example>
public sealed class EtcdTxnBuilder
{
    private readonly IEtcdClient _client;
    private readonly EtcdOp.Txn _txn;

    internal EtcdTxnBuilder(IEtcdClient client, EtcdOp.Txn txn)
    {
        _client = client;
        _txn = txn;
    }

    /// <summary>The operation.</summary>
    public static implicit operator EtcdOp(EtcdTxnBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder._txn;
    }

    /// <summary>More conditions, which must also be true.</summary>
    public EtcdTxnBuilder And(params ReadOnlySpan<EtcdCompare> conditions) => new(_client, _txn with { If = _txn.If.AddRange(conditions) });

    /// <summary>What is done when all conditions hold. Called again, it adds to the end.</summary>
    public EtcdTxnBuilder Then(params ReadOnlySpan<EtcdOp> operations) => new(_client, _txn with { Then = _txn.Then.AddRange(operations) });

    /// <summary>What is done otherwise. Called again, it adds to the end.</summary>
    public EtcdTxnBuilder Else(params ReadOnlySpan<EtcdOp> operations) => new(_client, _txn with { Else = _txn.Else.AddRange(operations) });

    /// <summary>The operation, to keep or to send later.</summary>
    public EtcdOp.Txn ToTxn() => _txn;

    /// <summary>Sends it.</summary>
    /// <exception cref="EtcdException">It failed; the outcome says whether it may have been applied.</exception>
    public Task<TxnResult> CommitAsync(CancellationToken cancellationToken = default) => _client.TxnAsync(_txn, cancellationToken);
}
