using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A meeting: who enters waits until all participants are in, and who leaves waits until all have left. Thread-safe; one object may enter several times, each is a participant of
/// its own. It can be used again and again: who enters while others are still inside waits for the next meeting, first come, first served.
/// <para>
/// A participant that dies is gone when its session's lease has run out: while others wait for the meeting to begin it does not count any more, and while it is on nobody waits
/// for it to leave.
/// </para>
/// </summary>
public interface IDoubleBarrier
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>How many take part in a meeting.</summary>
    int Participants { get; }

    /// <summary>Enters, and waits until all are in, also while etcd is away. Who loses its session while it waits enters again, behind the others.</summary>
    /// <param name="timeout">How long, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Gives up. It is not in when this throws, and nothing of it is left in etcd; when the meeting had begun by then, it is in, and this does not throw.</param>
    /// <returns>The place in the meeting; leave it or dispose it.</returns>
    /// <exception cref="TimeoutException">Not all were in in time; this one is out again.</exception>
    /// <exception cref="CoordinationException">Etcd refused it, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<IBarrierPlace> EnterAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}

/// <summary>A place in a meeting. Thread-safe. Disposing it leaves without waiting for the others, and does not throw.</summary>
public interface IBarrierPlace : IAsyncDisposable
{
    /// <summary>The key in etcd, on the session's lease.</summary>
    Bytes Key { get; }

    /// <summary>The fencing token: the revision at which this one entered.</summary>
    long Token { get; }

    /// <summary>The condition for a transaction of the user's: it holds exactly as long as this place does. Exact fencing for data in etcd.</summary>
    EtcdCompare Guard { get; }

    /// <summary>Leaves, and waits until all have left, also while etcd is away. May be called again to wait again.</summary>
    /// <param name="timeout">How long to wait for the others, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Stops waiting for the others; this one has left.</param>
    /// <exception cref="TimeoutException">Others were still in when the time was over.</exception>
    /// <exception cref="CoordinationException">Etcd refused it, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task LeaveAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}
