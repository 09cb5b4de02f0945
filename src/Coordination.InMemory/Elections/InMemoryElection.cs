using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.InMemory.Elections;

/// <summary>All elections of a world.</summary>
internal sealed class InMemoryElections(World world) : IElections
{
    private readonly ConcurrentDictionary<string, InMemoryElection> _elections = new();

    public IElection Election(string name) => Of(name);

    public InMemoryElection Of(string name)
    {
        World.CheckName(name);
        return name.EndsWith('/')
            ? throw new ArgumentException($"The name of an election is '{name}'; it must not end with '/'.", nameof(name))
            : _elections.GetOrAdd(name, key => new InMemoryElection(world, key));
    }
}

/// <summary>One election: candidates in the order in which they came; the first leads.</summary>
internal sealed class InMemoryElection(World world, string name) : IElection
{
    private readonly List<Candidate> _line = [];
    private readonly List<Channel<LeaderChanged>> _observers = [];
    private ElectionLeader? _told;
    private string? _wish;

    public string Name => name;

    public World World => world;

    public async Task<ILeadership> CampaignAsync(Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        var candidate = new Candidate(this, options?.Name ?? world.Owner, options?.Priority ?? 0, value);
        Change(() => _line.Add(candidate));
        try
        {
            await candidate.Elected.WaitAsync(cancellationToken).ConfigureAwait(false);
            return candidate;
        }
        catch (OperationCanceledException)
        {
            Leave(candidate);
            throw;
        }
    }

    public async Task RunWhileLeaderAsync(
        Bytes value, Func<ILeadership, CancellationToken, Task> work, CampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        while (true)
        {
            var leadership = await CampaignAsync(value, options, cancellationToken).ConfigureAwait(false);
            await using (leadership.ConfigureAwait(false))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Lost, leadership.StepDownRequested);
                try
                {
                    await work(leadership, stop.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // It stopped as it was told.
                }

                if (!stop.IsCancellationRequested)
                {
                    return;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async IAsyncEnumerable<LeaderChanged> ObserveAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        var observer = Channel.CreateUnbounded<LeaderChanged>();
        lock (world.Gate)
        {
            observer.Writer.TryWrite(new LeaderChanged(name, _told, world.Revision.Value));
            _observers.Add(observer);
        }

        try
        {
            await foreach (var changed in observer.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return changed;
            }
        }
        finally
        {
            lock (world.Gate)
            {
                _observers.Remove(observer);
            }
        }
    }

    public Task<ElectionLeader?> GetLeaderAsync(CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        lock (world.Gate)
        {
            return Task.FromResult(_told);
        }
    }

    public Task<IReadOnlyList<ElectionCandidate>> GetCandidatesAsync(CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        lock (world.Gate)
        {
            return Task.FromResult<IReadOnlyList<ElectionCandidate>>(
                [.. _line.Select(c => new ElectionCandidate(c.Key, c.Value, c.Term, c.Lease, c.Name, c.Priority))]);
        }
    }

    public Task<IReadOnlyList<Bytes>> GetStrayKeysAsync(CancellationToken cancellationToken = default)
    {
        world.Check(cancellationToken);
        return Task.FromResult<IReadOnlyList<Bytes>>([]);
    }

    public Task<bool> RequestTransferAsync(string candidate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(candidate);
        world.Check(cancellationToken);
        var exists = false;
        Change(() =>
        {
            exists = _line.Exists(c => c.Name == candidate);
            _wish = exists && _line[0].Name != candidate ? candidate : _wish;
        });
        return Task.FromResult(exists);
    }

    /// <summary>The term of the leader ends as if its lease had run out.</summary>
    public void Lose(LossReason reason)
    {
        Candidate? lost = null;
        Change(() =>
        {
            lost = _line.FirstOrDefault();
            _line.Remove(lost!);
        });
        lost?.Ending.Lose(reason);
    }

    /// <summary>Who gives the leadership back puts the candidate first that somebody asked for, or that is preferred.</summary>
    public void Leave(Candidate candidate) => Change(() =>
    {
        var led = _line.FirstOrDefault() == candidate;
        if (_line.Remove(candidate) && led)
        {
            PutFirst(_line.Find(c => c.Name == _wish) ?? _line.MaxBy(c => c.Priority));
        }
    });

    public TransferOutcome Transfer(Candidate leader, string target)
    {
        var outcome = TransferOutcome.NoSuchCandidate;
        Change(() =>
        {
            if (_line.Find(c => c != leader && c.Name == target) is { } next && _line.Remove(leader))
            {
                PutFirst(next);
                outcome = TransferOutcome.Transferred;
            }
        });
        return outcome;
    }

    public Revision Proclaim(Candidate leader, Bytes value)
    {
        Change(() => leader.Proclaimed(value, world.NextRevision()));
        return leader.Revision;
    }

    private void PutFirst(Candidate? next)
    {
        if (next is not null && _line.Remove(next))
        {
            _line.Insert(0, next);
        }
    }

    /// <summary>Changes the line; then the first of it leads, observers are told, and the leader is asked to step down for whoever is preferred.</summary>
    private void Change(Action change)
    {
        Candidate? toStepDown = null;
        lock (world.Gate)
        {
            change();
            var leader = _line.FirstOrDefault();
            leader?.Elect();
            _wish = leader?.Name == _wish ? null : _wish;
            var shown = leader is null ? null : new ElectionLeader(leader.Key, leader.Value, leader.Term, leader.Revision.Value, leader.Lease);
            if (shown != _told)
            {
                _told = shown;
                _observers.ForEach(observer => observer.Writer.TryWrite(new LeaderChanged(name, shown, world.Revision.Value)));
            }

            toStepDown = _line.Exists(c => c.Priority > leader!.Priority || c.Name == _wish) ? leader : null;
        }

        toStepDown?.RequestStepDown();
    }
}
