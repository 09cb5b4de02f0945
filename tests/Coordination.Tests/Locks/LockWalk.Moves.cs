using Coordination.Locks;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks;

/// <content>Everything that can happen next: to callers, requests, timers, the watch, the session, and by others.</content>
internal sealed partial class LockWalk
{
    private IEnumerable<WalkMove<LockWalk>> OfCallers()
    {
        if (_budget.Acquires > 0)
        {
            yield return new("a caller wants the lock", w =>
            {
                w._budget = w._budget with { Acquires = w._budget.Acquires - 1 };
                w.Ask(isTry: false);
            });
        }

        if (_budget.Tries > 0)
        {
            yield return new("a caller tries to get the lock", w =>
            {
                w._budget = w._budget with { Tries = w._budget.Tries - 1 };
                w.Ask(isTry: true);
            });
        }

        if (_budget.Withdrawals > 0)
        {
            foreach (var request in _pending.Keys)
            {
                yield return new($"the caller of {request} gives up", w =>
                {
                    w._budget = w._budget with { Withdrawals = w._budget.Withdrawals - 1 };
                    w.Tell(new LockMessage.Withdraw(new(request), new LockReply.Withdrawn()));
                });
            }
        }

        if (_budget.Crashes > 0)
        {
            yield return new("the actor fails and has a successor", w =>
            {
                w._budget = w._budget with { Crashes = w._budget.Crashes - 1 };
                w.Crash();
            });
        }

        if (_claimed != 0 && !_releasing)
        {
            yield return new($"the holder {_claimed} releases", w => w.AskForRelease());
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfCalls()
    {
        foreach (var call in _calls)
        {
            if (call.Reply is null)
            {
                yield return Apply(call);
                if (call.Kind == CallKind.Sweep)
                {
                    continue;
                }

                if (call.GivenUp)
                {
                    yield return new($"{call.Name} is lost on its way", w => w._calls.RemoveAll(c => c.Id == call.Id));
                }
                else if (_budget.Refused > 0)
                {
                    yield return new($"{call.Name} is not sent: the client knows", w =>
                    {
                        w._budget = w._budget with { Refused = w._budget.Refused - 1 };
                        w._calls.RemoveAll(c => c.Id == call.Id);
                        w._sent.Remove(call.Attempt.Value);
                        w.Tell(Failure(call, Refused));
                    });
                }
            }
            else
            {
                yield return Answer(call);
            }

            if (!call.GivenUp && _budget.Unknown > 0)
            {
                yield return new($"{call.Name} is given up: the client does not know its outcome", w =>
                {
                    w._budget = w._budget with { Unknown = w._budget.Unknown - 1 };
                    var index = w._calls.FindIndex(c => c.Id == call.Id);
                    if (call.Reply is null && call.Kind is not (CallKind.Read or CallKind.LineRead))
                    {
                        w._calls[index] = call with { GivenUp = true };
                    }
                    else
                    {
                        w._calls.RemoveAt(index);
                    }

                    w.Tell(Failure(call, Unknown));
                });
            }
        }
    }

    private static WalkMove<LockWalk> Apply(Call call) => new($"{call.Name} is applied by etcd", w => w.ApplyCall(call));

    private static WalkMove<LockWalk> Answer(Call call) => new($"{call.Name} is answered", w =>
    {
        w._calls.RemoveAll(c => c.Id == call.Id);
        w.Tell(w.WithValidity(call.Reply!));
    });

    private IEnumerable<WalkMove<LockWalk>> OfTimers()
    {
        foreach (var timer in _timers)
        {
            if (timer is LockTimer.Fallback or LockTimer.Sweep)
            {
                if (_budget.Fallbacks > 0)
                {
                    yield return new($"the timer {timer} fires", w =>
                    {
                        w._budget = w._budget with { Fallbacks = w._budget.Fallbacks - 1 };
                        w.Fire(timer);
                    });
                }
            }
            else if (timer != LockTimer.Confirm || !_aged || _timers.Count == 0)
            {
                yield return new($"the timer {timer} fires", w => w.Fire(timer));
            }
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfTheWatch()
    {
        if (_watchStarting)
        {
            yield return new("the watch begins", w =>
            {
                w._watchStarting = false;
                w._watchAt = w._history.Count;
                w.Tell(new LockMessage.WatchStarted());
            });
        }

        if (_watchAt is not { } at)
        {
            yield break;
        }

        if (_resync is not null)
        {
            yield return new("the watch tells what it read", w =>
            {
                var read = w._resync!;
                w._resync = null;
                w.Tell(w.WithValidity(read));
            });
        }
        else
        {
            if (at < _history.Count)
            {
                yield return new($"the watch shows {_history[at].Text}", w =>
                {
                    var change = w._history[w._watchAt!.Value];
                    w._watchAt++;
                    w.Tell(change.Put is { } put ? new LockMessage.KeyPut(put, w.ValidFor) : new LockMessage.KeyDeleted(change.Revision));
                });
            }

            if (_budget.Resyncs > 0 && at < _history.Count)
            {
                yield return new("the watch is compacted away and reads the key", w =>
                {
                    w._budget = w._budget with { Resyncs = w._budget.Resyncs - 1 };
                    w._watchAt = w._history.Count;
                    w._resync = new LockMessage.KeyRead(w._stored, new(w._revision), default);
                });
            }
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfTheWatchAhead()
    {
        if (_aheadWatchStarting)
        {
            yield return new("the watch on the ticket before ours begins", w =>
            {
                (w._aheadWatchStarting, w._aheadWasThere) = (false, w._line.ContainsKey(w._aheadWatched!.Value));
                w.Tell(new LockMessage.AheadWatched(w._aheadWatched!.Value));
            });
        }
        else if (_aheadWatched is { } key && _aheadWasThere && !_line.ContainsKey(key))
        {
            yield return new("the ticket before ours is shown gone", w => w.Tell(new LockMessage.AheadGone(key)));
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfTheInbox()
    {
        if (_notes.Count > 0)
        {
            yield return new($"the inbox tells {_notes[0].GetType().Name}", w =>
            {
                var note = w._notes[0];
                w._notes.RemoveAt(0);
                w.Tell(w.WithValidity(note));
            });
        }
    }

    /// <summary>What those of other systems do who wait in line.</summary>
    private IEnumerable<WalkMove<LockWalk>> OfTheLine()
    {
        foreach (var move in OfTheWatchAhead())
        {
            yield return move;
        }

        if (_stored is not null && _budget.Foreigners > 0)
        {
            yield return new("somebody else stands in line", w =>
            {
                w._budget = w._budget with { Foreigners = w._budget.Foreigners - 1 };
                var lease = FirstForeignLease + ++w._foreigners;
                var last = w._line.LastOrDefault().Value ?? w._stored!;
                var at = Line.KeyOf(new(w._revision), new(lease));
                w.PutTicket(at, LockValue.Encode("them", new AttemptId(new Guid((int)lease, 0, 0, new byte[8])), default), lease);
                if (!IsForeign(last) && LockValue.AttemptOf(last) is { } behind)
                {
                    w.Note(new LockMessage.Followed(behind, Shown(w._line[at])!));
                }
            });
        }

        foreach (var (at, ticket) in _line.Where(t => IsForeign(t.Value)))
        {
            yield return new($"the waiter {ticket.Lease} leaves the line", w =>
            {
                w._line.Remove(at);
                w._revision++;
            });
        }

        if (_line.Count > 0 && _stored is null && IsForeign(_line.First().Value))
        {
            yield return new("the first in line acquires the key", w => w.HandToFirst());
        }

        if (_line.Count > 0 && _stored is { } held && IsForeign(held))
        {
            yield return new("the holder hands the key to the first in line", w => w.HandToFirst());
            yield return new("the holder deletes the key and calls the first in line", w => w.CallFirst());
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfTheSession()
    {
        if (_givenUp)
        {
            yield return new($"lease {_session} is given up", w => w.LoseSession());
        }

        if (_session != 0 && _budget.SessionLosses > 0)
        {
            yield return new($"the client loses lease {_session}", w =>
            {
                w._budget = w._budget with { SessionLosses = w._budget.SessionLosses - 1 };
                w.LoseSession();
            });
            if (_serverLeases.Contains(_session))
            {
                yield return new($"etcd revokes lease {_session}", w => w.ExpireOnServer(w._session));
            }
        }

        foreach (var old in _serverLeases.Where(l => l != _session))
        {
            yield return new($"lease {old} runs out on the server", w => w.ExpireOnServer(old));
        }

        if (_session == 0)
        {
            yield return new("a new lease is granted", w => w.OpenSession());
        }

        if (_session != 0 && !_aged && _budget.Ageings > 0)
        {
            yield return new("the lease was not renewed for a while", w =>
            {
                w._budget = w._budget with { Ageings = w._budget.Ageings - 1 };
                w._aged = true;
            });
        }

        if (_aged)
        {
            yield return new("the lease is renewed", w => w._aged = false);
        }
    }

    private IEnumerable<WalkMove<LockWalk>> OfForeigners()
    {
        if (_stored is null && _budget.ForeignPuts > 0)
        {
            yield return new("somebody else acquires the key", w =>
            {
                w._budget = w._budget with { ForeignPuts = w._budget.ForeignPuts - 1 };
                w.Put("foreign", 0);
            });
        }

        if (_stored is not null && _budget.ForeignOverwrites > 0)
        {
            yield return new("somebody overwrites the key", w =>
            {
                w._budget = w._budget with { ForeignOverwrites = w._budget.ForeignOverwrites - 1 };
                w.Put("foreign", 0);
            });
        }

        if (_stored is not null && (_budget.ForeignDeletes > 0 || IsForeign(_stored)))
        {
            yield return new("somebody else deletes the key", w =>
            {
                if (!IsForeign(w._stored!))
                {
                    w._budget = w._budget with { ForeignDeletes = w._budget.ForeignDeletes - 1 };
                }

                w.Put(null);
            });
        }
    }
}
