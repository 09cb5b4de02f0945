using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>A number as text in one key.</summary>
internal sealed class Counter(CoordinationSystem system, string name) : ICounter
{
    public string Name => name;

    public async Task<long> GetAsync(CancellationToken cancellationToken = default) =>
        Read((await system.ReadAsync(etcd => etcd.GetAsync(new EtcdOp.Get(name), cancellationToken)).ConfigureAwait(false)).First?.Value);

    public Task<long> AddAsync(long amount = 1, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default) =>
        Transaction.RunAsync(
            system,
            async run =>
            {
                var before = Read(await run.GetAsync(name, cancellationToken).ConfigureAwait(false));
                var after = before + (Int128)amount;
                if (after < long.MinValue || after > long.MaxValue)
                {
                    throw new CoordinationException(
                        CoordinationErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"The counter '{name}' is {before}; {amount} more is no number of 64 bits."));
                }

                run.Put(name, Text((long)after));
                return (long)after;
            },
            TransactionOptions.Patient(guards),
            cancellationToken);

    public Task SetAsync(long value, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default) =>
        Transaction.RunAsync(
            system,
            run =>
            {
                run.Put(name, Text(value));
                return Task.FromResult(value);
            },
            TransactionOptions.Patient(guards),
            cancellationToken);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private long Read(Bytes? value) =>
        value is not { } text ? 0
        : long.TryParse(text.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new CoordinationException(CoordinationErrorKind.InvalidRequest, $"The key '{name}' of a counter holds '{text}', which is no whole number of 64 bits.");
}
