using System.Globalization;
using System.Text;
using Coordination.Recipes;

namespace Coordination;

/// <summary>The recipes on a system. What they say is in <see cref="IRecipes"/>. Thread-safe.</summary>
/// <param name="system">The system whose session they use. It stays its owner's.</param>
public sealed class EtcdRecipes(CoordinationSystem system) : IRecipes
{
    private readonly CoordinationSystem _system = system ?? throw new ArgumentNullException(nameof(system));

    /// <inheritdoc/>
    public Task<T> TransactAsync<T>(Func<ITransaction, Task<T>> work, TransactionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Transaction.RunAsync(_system, work, options ?? TransactionOptions.Default, cancellationToken);
    }

    /// <inheritdoc/>
    public ICounter Counter(string name) => new Counter(_system, Checked(name, "counter"));

    /// <inheritdoc/>
    public ICountdownLatch CountdownLatch(string name, int count) => new CountdownLatch(_system, Checked(name, "latch"), Checked(count, 1_000_000, nameof(count), "The count of a latch"));

    /// <inheritdoc/>
    public IDoubleBarrier DoubleBarrier(string name, int participants) =>
        new DoubleBarrier(_system, Checked(name, "barrier"), Checked(participants, 100, nameof(participants), "The number of participants of a barrier"));

    /// <inheritdoc/>
    public IDistributedQueue Queue(string name) => new DistributedQueue(_system, Checked(name, "queue"));

    private static string Checked(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = Encoding.UTF8.GetByteCount(name);
        return length is >= 1 and <= LockOptions.MaxNameLength
            ? name
            : throw new ArgumentException($"The name of a {what} has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength}.", nameof(name));
    }

    private static int Checked(int value, int max, string parameter, string what) => value >= 1 && value <= max
        ? value
        : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{what} is {value}; allowed are 1 to {max}."));
}
