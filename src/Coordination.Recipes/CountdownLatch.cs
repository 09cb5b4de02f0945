using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>What is left and the count, as <c>left/count</c> in one key.</summary>
internal sealed class CountdownLatch(CoordinationSystem system, string name, int count) : ICountdownLatch
{
    public string Name => name;

    public int Count => count;

    public Task<int> CountDownAsync(IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default) =>
        Transaction.RunAsync(
            system,
            async run =>
            {
                var left = Math.Max(0, Read(await run.GetAsync(name, cancellationToken).ConfigureAwait(false)) - 1);
                run.Put(name, string.Create(CultureInfo.InvariantCulture, $"{left}/{count}"));
                return left;
            },
            TransactionOptions.Patient(guards),
            cancellationToken);

    public async Task<int> GetLeftAsync(CancellationToken cancellationToken = default) => Read((await LookAsync(cancellationToken).ConfigureAwait(false)).First?.Value);

    public async Task WaitAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var left = count;
        try
        {
            await system.UntilAsync<object>(
                name,
                timeout,
                async stopping =>
                {
                    var look = await LookAsync(stopping).ConfigureAwait(false);
                    left = Read(look.First?.Value);
                    return (look.Header.Revision, left == 0 ? this : null);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"The latch '{name}' was not open within {timeout!.Value.TotalSeconds:0.###} s: {left} of {count} are left."));
        }
    }

    public Task ResetAsync(IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default) =>
        Transaction.RunAsync(
            system,
            run =>
            {
                run.Delete(name);
                return Task.FromResult(count);
            },
            TransactionOptions.Patient(guards),
            cancellationToken);

    private Task<GetResult> LookAsync(CancellationToken cancellationToken) => system.ReadAsync(etcd => etcd.GetAsync(new EtcdOp.Get(name), cancellationToken));

    private int Read(Bytes? value)
    {
        if (value is not { } text)
        {
            return count;
        }

        var parts = text.ToText().Split('/');
        return parts is [var left, var stored]
            && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(stored, NumberStyles.None, CultureInfo.InvariantCulture, out var all)
                ? all == count ? number : throw Wrong($"is in use with the count {all}; here it is {count}")
                : throw Wrong($"holds '{text}'; allowed is left/count");
    }

    private CoordinationException Wrong(string what) => new(CoordinationErrorKind.InvalidRequest, $"The latch '{name}' {what}.");
}
