using Coordination.Etcd;

namespace Coordination.InMemory;

/// <summary>What everything in one <see cref="InMemoryCoordination"/> shares: one lock, one counter of revisions, and whether etcd is said to be away.</summary>
internal sealed class World(string owner, TimeProvider time)
{
    private long _revision = 1;

    /// <summary>Around every state. No caller's code runs inside.</summary>
    public Lock Gate { get; } = new();

    public string Owner => owner;

    public TimeProvider Time => time;

    public Revision Revision => new(Interlocked.Read(ref _revision));

    /// <summary>What every request fails with; null: none does.</summary>
    public CoordinationException? Failure { get; set; }

    public Revision NextRevision() => new(Interlocked.Increment(ref _revision));

    /// <summary>The lease of the next claim: each has one of its own.</summary>
    public LeaseId NextLease() => new(NextRevision().Value);

    /// <exception cref="CoordinationException">Every request is to fail.</exception>
    public void Check(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = System.Text.Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > 1024)
        {
            throw new ArgumentException($"The name has {length} bytes; allowed are 1 to 1024.", nameof(name));
        }
    }
}
