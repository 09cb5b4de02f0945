using Coordination.Elections;
using Coordination.Etcd;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Elections;

/// <content>Everything that can happen next.</content>
internal sealed partial class ElectionWalk
{
    public IEnumerable<WalkMove<ElectionWalk>> Moves() =>
        _candidates.SelectMany(c => OfHolder(c).Concat(OfCalls(c)).Concat(OfTimers(c, alsoFallback: true)).Concat(OfWatches(c)).Concat(OfSession(c))).Concat(OfOthers());

    private WalkCandidate Of(WalkCandidate c) => _candidates[c.Number - 1];

    private static WalkMove<ElectionWalk> Move(WalkCandidate c, string what, Action<ElectionWalk, WalkCandidate> act) => new($"{c.Card.Name}: {what}", w => act(w, w.Of(c)));

    private IEnumerable<WalkMove<ElectionWalk>> OfHolder(WalkCandidate c)
    {
        if (_budget.Withdrawals > 0 && !c.HasEnded && !c.IsAnswered)
        {
            yield return Move(c, "its caller gives up", (w, x) =>
            {
                w._budget = w._budget with { Withdrawals = w._budget.Withdrawals - 1 };
                w.Tell(x, new CandidateMessage.Withdraw(new ElectionReply.Withdrawn()));
            });
        }

        if (!c.IsClaimed)
        {
            yield break;
        }

        if (_budget.Resignations > 0)
        {
            yield return Move(c, "its holder resigns", (w, x) =>
            {
                w._budget = w._budget with { Resignations = w._budget.Resignations - 1 };
                w.Resign(x);
            });
        }

        if (_budget.Proclamations > 0)
        {
            yield return Move(c, "its holder proclaims", (w, x) =>
            {
                w._budget = w._budget with { Proclamations = w._budget.Proclamations - 1 };
                var value = $"p{w._ids}";
                w.Ask(x, value, request => new CandidateMessage.Proclaim(request, value));
            });
        }

        if (_budget.Transfers > 0)
        {
            yield return Move(c, "its holder transfers to the last one", (w, x) =>
            {
                w._budget = w._budget with { Transfers = w._budget.Transfers - 1 };
                w.Ask(x, "transfer", request => new CandidateMessage.Transfer(request, w._candidates[^1].Card.Name));
            });
        }
    }

    private IEnumerable<WalkMove<ElectionWalk>> OfCalls(WalkCandidate c)
    {
        foreach (var call in c.Calls)
        {
            if (call.Reply is null)
            {
                yield return Apply(c, call);
                if (call.IsGivenUp)
                {
                    yield return Move(c, $"{call.Text} is lost on its way", (_, x) => x.Calls.RemoveAll(o => o.Id == call.Id));
                }
                else if (_budget.Refused > 0)
                {
                    yield return Move(c, $"{call.Text} is not sent: the client knows", (w, x) =>
                    {
                        w._budget = w._budget with { Refused = w._budget.Refused - 1 };
                        x.Calls.RemoveAll(o => o.Id == call.Id);
                        w.Tell(x, new CandidateMessage.Failed(call.Request, Refused));
                    });
                }
            }
            else
            {
                yield return Answer(c, call);
            }

            if (!call.IsGivenUp && _budget.Unknown > 0)
            {
                yield return call.IsInJournal ? Lose(c, call) : GiveUp(c, call);
            }
        }
    }

    /// <summary>The journal finds out: it was applied, or never will be.</summary>
    private static WalkMove<ElectionWalk> Lose(WalkCandidate c, WalkCall call) =>
        Move(c, $"{call.Text} is given up: the journal shows what became of it", (w, x) =>
        {
            w._budget = w._budget with { Unknown = w._budget.Unknown - 1 };
            x.Calls.RemoveAll(o => o.Id == call.Id);

            // Until the fence is moved it may still be applied; that is as if it had been before.
            var looks = Requests.WriteOf(call.Request, ActorRefs.Nobody)!.Look.Cast<EtcdOp.Get>();
            w.Tell(x, CandidateRequests.Settled(call.Request, new TxnResult(default, true, [.. looks.Select(look => w.Shown(look.Keys.Key))])));
        });

    private static WalkMove<ElectionWalk> GiveUp(WalkCandidate c, WalkCall call) =>
        Move(c, $"{call.Text} is given up: the client does not know its outcome", (w, x) =>
        {
            w._budget = w._budget with { Unknown = w._budget.Unknown - 1 };
            var index = x.Calls.FindIndex(o => o.Id == call.Id);
            if (call.Reply is null)
            {
                x.Calls[index] = call with { IsGivenUp = true };
            }
            else
            {
                x.Calls.RemoveAt(index);
            }

            w.Tell(x, new CandidateMessage.Failed(call.Request, Unknown));
        });

    private static WalkMove<ElectionWalk> Apply(WalkCandidate c, WalkCall call) => Move(c, $"{call.Text} is applied by etcd", (w, x) =>
    {
        var index = x.Calls.FindIndex(o => o.Id == call.Id);
        var reply = w.Execute(call.Request, x.Card);
        if (call.IsGivenUp)
        {
            x.Calls.RemoveAt(index);
        }
        else
        {
            x.Calls[index] = call with { Reply = reply };
        }
    });

    private static WalkMove<ElectionWalk> Answer(WalkCandidate c, WalkCall call) => Move(c, $"{call.Text} is answered", (w, x) =>
    {
        x.Calls.RemoveAll(o => o.Id == call.Id);
        w.Tell(x, call.Reply!);
    });

    private IEnumerable<WalkMove<ElectionWalk>> OfTimers(WalkCandidate c, bool alsoFallback)
    {
        foreach (var timer in c.Timers)
        {
            if (timer is CandidateTimer.Fallback && (!alsoFallback || _budget.Fallbacks == 0))
            {
                continue;
            }

            yield return Move(c, $"the timer {timer} fires", (w, x) =>
            {
                if (timer is CandidateTimer.Fallback)
                {
                    w._budget = w._budget with { Fallbacks = w._budget.Fallbacks - 1 };
                }

                x.Timers.Remove(timer);
                w.Tell(x, new CandidateMessage.TimerFired(timer, default));
            });
        }
    }

    private IEnumerable<WalkMove<ElectionWalk>> OfWatches(WalkCandidate c)
    {
        foreach (var (watch, (key, at)) in c.Watches.OrderBy(w => w.Key))
        {
            if (at < 0 && watch is CandidateWatch.Predecessor)
            {
                yield return Move(c, "the watch before it begins", (w, x) =>
                {
                    x.Watches[watch] = (key, w._history.Count);
                    w.Tell(x, new CandidateMessage.PredecessorWatched());
                });
                continue;
            }

            if (at < 0)
            {
                yield return Move(c, $"the watch of {watch} reads", (w, x) => w.Resync(x, watch, key));
                continue;
            }

            var next = at;
            while (next < _history.Count && _history[next].Keys.All(k => Told(watch, key, k, _history[next].Revision) is null))
            {
                next++;
            }

            if (next == _history.Count)
            {
                continue;
            }

            yield return Move(c, $"the watch of {watch} shows revision {_history[next].Revision}", (w, x) =>
            {
                x.Watches[watch] = (key, next + 1);
                foreach (var change in w._history[next].Keys)
                {
                    // Each may end the watch.
                    if (x.Watches.TryGetValue(watch, out var still) && still == (key, next + 1) && Told(watch, key, change, w._history[next].Revision) is { } fact)
                    {
                        w.Tell(x, fact);
                    }
                }
            });
            if (_budget.Resyncs > 0)
            {
                yield return Move(c, $"the watch of {watch} is compacted away and reads", (w, x) =>
                {
                    w._budget = w._budget with { Resyncs = w._budget.Resyncs - 1 };
                    w.Resync(x, watch, key);
                });
            }
        }
    }

    private IEnumerable<WalkMove<ElectionWalk>> OfSession(WalkCandidate c)
    {
        if (c.HasEnded)
        {
            yield break;
        }

        if (c.IsClosing)
        {
            yield return Move(c, "its session is closed", (w, x) =>
            {
                if (x.Session != 0)
                {
                    w.ExpireOnServer(x.Session);
                    x.Session = 0;
                }

                w.Tell(x, new CandidateMessage.SessionEnded());
            });
            yield break;
        }

        if (c.Session == 0)
        {
            yield return Move(c, "a lease is granted", (w, x) => w.OpenSession(x));
            yield break;
        }

        if (_budget.SessionLosses > 0 || !_leases.Contains(c.Session))
        {
            yield return Move(c, $"the client loses lease {c.Session}", (w, x) =>
            {
                w._budget = w._budget with { SessionLosses = Math.Max(0, w._budget.SessionLosses - (w._leases.Contains(x.Session) ? 1 : 0)) };
                w.LoseSession(x);
            });
        }

        if (_budget.Ageings > 0 && !c.IsAged)
        {
            yield return Move(c, "the lease was not renewed for a while", (w, x) =>
            {
                w._budget = w._budget with { Ageings = w._budget.Ageings - 1 };
                x.IsAged = true;
            });
        }

        if (c.IsAged)
        {
            yield return Move(c, "the lease is renewed", (_, x) => x.IsAged = false);
        }
    }

    private IEnumerable<WalkMove<ElectionWalk>> OfOthers()
    {
        // A lease runs out on the server only after its client has lost it: that is what the deadline is for.
        foreach (var lease in _leases.Where(l => _candidates.All(c => c.Session != l)))
        {
            yield return new($"lease {lease} runs out on the server", w => w.ExpireOnServer(lease));
        }

        foreach (var foreign in Line.Where(kv => kv.Value == "foreign"))
        {
            yield return new($"the other program's candidate {foreign.Key} goes", w => w.Commit([(foreign.Key, null)]));
        }

        if (_budget.Foreigners > 0)
        {
            yield return new("another program's candidate comes", w =>
            {
                w._budget = w._budget with { Foreigners = w._budget.Foreigners - 1 };
                var lease = new Coordination.Etcd.LeaseId(0xf000 + ++w._ids);
                w.Commit([(Keys.Candidate(lease), ("foreign", lease.Value))]);
            });
        }

        if (_budget.Wishes > 0 && !_store.ContainsKey(Keys.Wish))
        {
            yield return new("somebody wants the last one to lead", w =>
            {
                w._budget = w._budget with { Wishes = w._budget.Wishes - 1 };
                w.Commit([(Keys.Wish, (w._candidates[^1].Card.Name, 0))]);
            });
        }

        foreach (var kv in Line.Where(kv => kv.Value != "foreign"))
        {
            if (_budget.Deletions > 0)
            {
                yield return new($"somebody deletes {kv.Key}", w =>
                {
                    w._budget = w._budget with { Deletions = w._budget.Deletions - 1 };
                    w.Commit([(kv.Key, null)]);
                });
            }

            if (_budget.Overwrites > 0)
            {
                yield return new($"somebody overwrites {kv.Key}", w =>
                {
                    w._budget = w._budget with { Overwrites = w._budget.Overwrites - 1 };
                    w.Commit([(kv.Key, ("vandal", 0))]);
                });
            }
        }

        foreach (var lease in _budget.Revocations > 0 ? _leases.ToArray() : [])
        {
            yield return new($"somebody revokes lease {lease}", w =>
            {
                w._budget = w._budget with { Revocations = w._budget.Revocations - 1 };
                w.ExpireOnServer(lease);
            });
        }
    }
}
