using Coordination.Etcd;

namespace Coordination.InMemory.Elections;

/// <summary>One who takes part; when it leads, its term.</summary>
internal sealed class Candidate : ILeadership
{
    private readonly InMemoryElection _election;
    private readonly TaskCompletionSource _elected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stepDown = new();

    public Candidate(InMemoryElection election, string name, int priority, Bytes value)
    {
        (_election, Name, Priority, Value) = (election, name, priority, value);
        Lease = election.World.NextLease();
        Revision = election.World.NextRevision();
        Term = Revision.Value;
        Key = $"{election.Name}/{Lease.Value:x}";
    }

    public string Name { get; }

    public int Priority { get; }

    public string Election => _election.Name;

    public Bytes Key { get; }

    public long Term { get; }

    public Revision Revision { get; private set; }

    public LeaseId Lease { get; }

    public Bytes Value { get; private set; }

    public Ending Ending { get; } = new();

    public Task Elected => _elected.Task;

    public bool IsLeader => Ending.Reason is null;

    public TimeSpan ValidFor => IsLeader ? InMemoryCoordination.ValidFor : TimeSpan.Zero;

    public CancellationToken Lost => Ending.Lost;

    public LossReason? LossReason => Ending.Reason;

    public CancellationToken StepDownRequested => _stepDown.Token;

    public EtcdCompare Guard => EtcdCompare.CreateRevision(Key, CompareResult.Equal, new Revision(Term));

    public void Elect() => _elected.TrySetResult();

    public void RequestStepDown() => _stepDown.Cancel();

    public void Proclaimed(Bytes value, Revision at) => (Value, Revision) = (value, at);

    public Task<long> ProclaimAsync(Bytes value, CancellationToken cancellationToken = default)
    {
        _election.World.Check(cancellationToken);
        CheckLeads();
        return Task.FromResult(_election.Proclaim(this, value).Value);
    }

    public Task<TransferOutcome> TransferAsync(string candidate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(candidate);
        _election.World.Check(cancellationToken);
        CheckLeads();
        var outcome = _election.Transfer(this, candidate);
        if (outcome == TransferOutcome.Transferred)
        {
            Ending.Release();
        }

        return Task.FromResult(outcome);
    }

    public Task ResignAsync(CancellationToken cancellationToken = default)
    {
        if (Ending.Release())
        {
            _election.Leave(this);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new(ResignAsync());

    private void CheckLeads()
    {
        if (!IsLeader)
        {
            throw new CoordinationException(CoordinationErrorKind.Lost, $"The leadership of '{Election}' in term {Term} is over ({LossReason}).");
        }
    }
}
