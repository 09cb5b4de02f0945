using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination;

/// <summary>How a transaction is made.</summary>
public sealed record TransactionOptions
{
    /// <summary>How often the work runs at most; between two runs is a pause that grows, up to 100 ms, at random. Default 100; 1 to 1,000,000.</summary>
    public int MaxAttempts { get; init; } = 100;

    /// <summary>What must hold when it is written: guards of locks and leaderships that it is made under. At most 16. Default none.</summary>
    public ImmutableArray<EtcdCompare> Guards { get; init; } = [];

    internal static TransactionOptions Default { get; } = new();

    /// <summary>For what is small: others may be in the way as long as the caller likes.</summary>
    internal static TransactionOptions Patient(IReadOnlyList<EtcdCompare>? guards) => new() { MaxAttempts = int.MaxValue, Guards = [.. guards ?? []] };

    internal void ThrowIfInvalid()
    {
        if (MaxAttempts is < 1 or (> 1_000_000 and < int.MaxValue))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{nameof(MaxAttempts)} is {MaxAttempts}: allowed is 1 to 1000000."), "options");
        }

        if (Guards.IsDefault || Guards.Length > 16)
        {
            throw new ArgumentException($"{nameof(Guards)} has {(Guards.IsDefault ? "no value" : $"{Guards.Length} conditions")}: allowed are 0 to 16.", "options");
        }
    }
}
