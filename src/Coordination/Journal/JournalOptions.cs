using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// Options of the journals of a system: one for each session, through which all its writes go. Writes that wait while others are under way go together in one transaction.
/// </summary>
public sealed record JournalOptions
{
    /// <summary>Transactions of one session that are under way at a time. Fewer make larger ones. Default 2; 1 to 64.</summary>
    public int MaxBatchesInFlight { get; set; } = 2;

    /// <summary>
    /// Operations in one transaction, counted as etcd does, over all its levels; not more than the servers' <c>--max-txn-ops</c>.
    /// Default 128; 16 to 10,000.
    /// </summary>
    public int MaxOperations { get; set; } = EtcdClientOptions.MaxTxnOperations;

    /// <summary>Bytes in one transaction; a single write may be larger. Default 1 MiB (1,048,576); 64 KiB to 1.5 MiB.</summary>
    public int MaxBytes { get; set; } = 1024 * 1024;

    internal void Validate(OptionProblems problems)
    {
        problems.Check($"Journal.{nameof(MaxBatchesInFlight)}", MaxBatchesInFlight, 1, 64, "transactions");
        problems.Check($"Journal.{nameof(MaxOperations)}", MaxOperations, 16, 10_000, "operations");
        problems.Check($"Journal.{nameof(MaxBytes)}", MaxBytes, 64 * 1024, EtcdClientOptions.MaxRequestSize, "bytes");
    }
}
