namespace Coordination;

/// <summary>
/// The recipes of a system, to be injected where nothing else of it is needed: what is made of transactions and watches. Implemented by <see cref="EtcdRecipes"/>. Thread-safe.
/// <para>
/// Whatever writes here takes <i>guards</i>: conditions of its transaction, such as <see cref="ILockHandle.Guard"/> and <see cref="ILeadership.Guard"/>. So a holder that lost its
/// lock without noticing changes nothing any more: it is told <see cref="CoordinationErrorKind.Lost"/>.
/// </para>
/// <para>
/// What is written is written once, or not at all, and the caller is told which, also when replies of etcd are lost (<see cref="CoordinationSystem.CommitAsync"/>, whose errors all
/// of this has). A call that is cancelled has written nothing.
/// </para>
/// </summary>
public interface IRecipes
{
    /// <summary>
    /// Runs work on a snapshot of etcd and writes what it says in one transaction, if nobody else changed meanwhile what it read or writes; else runs it again. Serializable
    /// snapshot isolation: all reads of one run are of one revision, and all happens as if transactions came one after the other.
    /// </summary>
    /// <param name="work">
    /// Reads, decides and says what to write. It may run many times, so it has no other effects. What it throws ends the transaction; nothing is written then.
    /// </param>
    /// <param name="options">How often it is tried, and what must hold; null: the defaults.</param>
    /// <param name="cancellationToken">Gives up. Nothing was written when this throws.</param>
    /// <returns>What the run that was written returned.</returns>
    /// <exception cref="ArgumentException">Options are out of range.</exception>
    /// <exception cref="CoordinationException">
    /// Others were in the way too often (<c>LimitReached</c>), a guard does not hold (<c>Lost</c>), more than 100 keys (<c>TooLarge</c>), or as in
    /// <see cref="CoordinationSystem.CommitAsync"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<T> TransactAsync<T>(Func<ITransaction, Task<T>> work, TransactionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>A whole number that many count with. Costs nothing until it is used.</summary>
    /// <param name="name">The key in etcd, exactly: 1 to 1,024 bytes of UTF-8. It holds the number as text; a missing key is 0.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    ICounter Counter(string name);

    /// <summary>A gate that opens when it was counted down. Costs nothing until it is used.</summary>
    /// <param name="name">The key in etcd, exactly: 1 to 1,024 bytes of UTF-8. It holds <c>left/count</c>.</param>
    /// <param name="count">How often it is counted down until it opens: 1 to 1,000,000. All who use it must say the same.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or the count is out of range.</exception>
    ICountdownLatch CountdownLatch(string name, int count);

    /// <summary>A meeting that begins when all are there, and ends when all have left. Costs nothing until it is entered.</summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys lie under <c>name/barrier/</c>.</param>
    /// <param name="participants">How many take part: 1 to 100. All who use it must say the same.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or the number is out of range.</exception>
    IDoubleBarrier DoubleBarrier(string name, int participants);

    /// <summary>A queue of items. Costs nothing until it is used.</summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys lie under <c>name/queue/</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    IDistributedQueue Queue(string name);
}
