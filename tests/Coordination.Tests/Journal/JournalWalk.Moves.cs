using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Journal;

/// <summary>What can happen to a journal.</summary>
internal sealed partial class JournalWalk
{
    private static readonly EtcdException NoReply = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no reply");
    private static readonly EtcdException Unavailable = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "not sent");
    private static readonly EtcdException NoLease = new(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "requested lease not found");
    private static readonly EtcdException NoPermission = new(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");

    public IEnumerable<WalkMove<JournalWalk>> Moves() => OfWriters().Concat(OfCalls()).Concat(OfThePause()).Concat(OfTheSession()).Concat(OfOthers());

    private IEnumerable<WalkMove<JournalWalk>> OfWriters()
    {
        if (_submitted < _writes.Length && !_isOver)
        {
            yield return new($"write {_submitted} is submitted", walk => walk.Tell(new JournalMessage.Submit(walk._writes[walk._submitted++])));
        }
    }

    private IEnumerable<WalkMove<JournalWalk>> OfCalls()
    {
        foreach (var call in _calls)
        {
            if (call.Reply is null)
            {
                yield return Apply(call);
            }

            if (call.IsGivenUp)
            {
                continue;
            }

            if (call.Reply is not null)
            {
                yield return Deliver(call);
            }
            else if (_world.Refusals > 0)
            {
                yield return new($"{call.Name} is refused", walk =>
                {
                    walk._world = walk._world with { Refusals = walk._world.Refusals - 1 };
                    walk._calls = walk._calls.Remove(call);
                    walk.Tell(call.Failed(Unavailable));
                });
            }

            if (_world.Losses > 0)
            {
                yield return new($"{call.Name} is given up{(call.Reply is null ? "" : " though it is answered")}", walk =>
                {
                    walk._world = walk._world with { Losses = walk._world.Losses - 1 };
                    walk._calls = call.Reply is null ? walk._calls.Replace(call, call with { IsGivenUp = true }) : walk._calls.Remove(call);
                    walk.Tell(call.Failed(NoReply));
                });
            }
        }
    }

    private IEnumerable<WalkMove<JournalWalk>> OfThePause()
    {
        if (_isPausing && !_isOver)
        {
            yield return new("the pause is over", walk =>
            {
                walk._isPausing = false;
                walk.Tell(new JournalMessage.PauseOver());
            });
        }
    }

    /// <summary>A lease that ended or was given up is noticed. Nothing is told any more.</summary>
    private IEnumerable<WalkMove<JournalWalk>> OfTheSession()
    {
        if (!_isOver && (_isGivenUp || !_store.IsLeaseAlive))
        {
            yield return new("the session is lost", walk =>
            {
                walk._isOver = true;
                walk._isPausing = false;
                walk._calls = [.. walk._calls.Where(call => call.Reply is null).Select(call => call with { IsGivenUp = true })];
            });
        }
    }

    private IEnumerable<WalkMove<JournalWalk>> OfOthers()
    {
        if (_store.IsLeaseAlive && (_world.Ends || (_isGivenUp && _isOver)))
        {
            yield return new("the lease ends", walk =>
            {
                walk._store = walk._store.WithoutLease();
                walk._world = walk._world with { Ends = false };
            });
        }

        if (_world.Deletions > 0 && _store.Keys.ContainsKey(Fence))
        {
            yield return new("somebody deletes the fence", walk =>
            {
                walk._store = walk._store.Without(Fence);
                walk._world = walk._world with { Deletions = walk._world.Deletions - 1 };
            });
        }

        if (_world.MayBeBarred && !_isBarred)
        {
            yield return new("the permission for the fence is taken away", walk => walk._isBarred = true);
        }
    }

    private static WalkMove<JournalWalk> Apply(Call call) => new($"{call.Name} {(call.IsGivenUp ? "is applied late" : "is applied")}", walk =>
    {
        var reply = walk.Make(call);
        walk._calls = call.IsGivenUp ? walk._calls.Remove(call) : walk._calls.Replace(call, call with { Reply = reply });
    });

    private static WalkMove<JournalWalk> Deliver(Call call) => new($"{call.Name} is answered", walk =>
    {
        walk._calls = walk._calls.Remove(call);
        walk.Tell(call.Reply!);
    });

    /// <summary>etcd makes a request.</summary>
    private JournalMessage Make(Call call)
    {
        if (_isBarred && call.Batch is not { Fence: null })
        {
            return call.Failed(NoPermission);
        }

        if (_store.Make(call.Txn) is not var (store, result))
        {
            return call.Failed(NoLease);
        }

        if (call.Batch is null)
        {
            _store = store;
            return new JournalMessage.FenceMoved(call.Id, result);
        }

        if (call.Batch.Fence is null || result.Succeeded)
        {
            if (call.Batch.Writes.Any(write => (int)write.Tag! == _world.Poisoned))
            {
                return call.Failed(NoLease);
            }

            foreach (var write in call.Batch.Writes)
            {
                Act(write);
            }

            _store = store;
        }

        return new JournalMessage.Answered(call.Id, JournalTransactions.Read(result, call.Batch)!, default);
    }

    /// <summary>A write takes effect.</summary>
    private void Act(Write write)
    {
        var number = (int)write.Tag!;
        Promise(!_isApplied[number], $"write {number} is applied twice");
        Promise(_known[number] != Known.NotApplied, $"write {number} is applied after its writer was told that it is not");
        for (var before = 0; before < number; before++)
        {
            Promise(
                _known[before] != Known.Nothing || !_writes[before].Keys.Intersect(write.Keys).Any(),
                $"write {number} is applied before it is known what became of write {before} with the same key");
        }

        _isApplied[number] = true;
    }

    /// <summary>A request on its way.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Batch">The batch; null: it moves the fence.</param>
    /// <param name="Txn">What was sent.</param>
    private sealed record Call(long Id, Batch? Batch, EtcdOp.Txn Txn)
    {
        public JournalMessage? Reply { get; init; }

        public bool IsGivenUp { get; init; }

        public string Name => Batch is null ? $"fence {Id}" : $"batch {Id} ({Numbers(Batch.Writes)})";

        public IEnumerable<long> Revisions => [Batch?.Fence?.Value ?? 0, Shown];

        /// <summary>The revision in the reply that matters: where the fence is.</summary>
        private long Shown => Reply switch
        {
            JournalMessage.FenceMoved m => m.Result.Header.Revision.Value,
            JournalMessage.Answered { Result: { Succeeded: false, Results: [GetResult { First: { } fence }] } } => fence.ModRevision.Value,
            _ => 0,
        };

        private string Kind => Batch is null ? $"F{Txn.Then.Length}" : Numbers(Batch.Writes);

        public JournalMessage Failed(EtcdException error) =>
            Batch is null ? new JournalMessage.FenceFailed(Id, error) : new JournalMessage.Failed(Id, error);

        private static IEnumerable<GetResult> Looks(TxnResult moved) =>
            moved.Results.OfType<TxnResult>().SelectMany(look => look.Results.OfType<GetResult>());

        public string Text(Dictionary<long, int> rank) => $"{Kind}@{rank[Batch?.Fence?.Value ?? 0]}{(IsGivenUp ? "?" : "")}{Reply switch
        {
            null => "",
            JournalMessage.FenceMoved m => $"moved {rank[Shown]} {string.Join(' ', Looks(m.Result).Select(get => get.First?.Value))}",
            JournalMessage.Answered m => $"{m.Result.Succeeded} {rank[Shown]}",
            JournalMessage.Failed m => $"failed {m.Error.Kind}",
            JournalMessage.FenceFailed m => $"failed {m.Error.Kind}",
            _ => throw new System.Diagnostics.UnreachableException(),
        }}";
    }
}
