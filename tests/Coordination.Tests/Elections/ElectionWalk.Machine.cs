using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

/// <content>The machines: what they are told, what they do, and the promises that are checked each time.</content>
internal sealed partial class ElectionWalk
{
    private static TimeSpan ValidFor(WalkCandidate c) => c.Session == 0 ? TimeSpan.Zero : c.IsAged ? Ttl / 4 : Ttl * 0.9;

    private void Tell(WalkCandidate c, CandidateMessage message)
    {
        var step = c.Machine.Handle(c.State, message switch
        {
            CandidateMessage.Entered m => m with { ValidFor = ValidFor(c) },
            CandidateMessage.Looked m => m with { ValidFor = ValidFor(c) },
            CandidateMessage.TimerFired m => m with { ValidFor = ValidFor(c) },
            _ => message,
        });
        c.State = step.State;
        foreach (var effect in step.Effects)
        {
            Run(c, effect);
        }

        Promise(!c.IsClaimed || c.State.Phase is CandidatePhase.Leading, $"{c.Card.Name} may believe that it leads only while the machine does");
        Promise(c.State.IsOwnWatched == c.Watches.ContainsKey(CandidateWatch.Own), $"{c.Card.Name}: the watch of its own key runs when the machine thinks so");
        Promise((c.State.Predecessor is not null) == c.Watches.ContainsKey(CandidateWatch.Predecessor), $"{c.Card.Name}: the watch before it runs when the machine thinks so");
        Promise(c.State.Phase is not CandidatePhase.Leading || c.Watches.ContainsKey(CandidateWatch.Own), "a leader watches its own key");
        Promise(c.State.Phase is CandidatePhase.Leading == c.Watches.ContainsKey(CandidateWatch.Side), "a leader, and only a leader, watches the cards");
    }

    private void Run(WalkCandidate c, CandidateEffect effect)
    {
        switch (effect)
        {
            case CandidateEffect.Call e:
                if (e is CandidateEffect.SendHandOver)
                {
                    Promise(!c.IsClaimed, "a claim ends before its key is handed over");
                }

                if (e is CandidateEffect.SendRemove)
                {
                    Promise(!c.IsClaimed, "a claim ends before its key is removed");
                }

                c.Calls.Add(new WalkCall(++_ids, e) { IsInJournal = c.Session != 0 && Requests.WriteOf(e, ActorRefs.Nobody) is not null });
                break;
            case CandidateEffect.StartWatch e:
                Promise(!c.Watches.ContainsKey(e.Watch), $"{c.Card.Name}: one watch of a kind at a time: {e.Watch}");
                StartWatch(c, e);
                break;
            case CandidateEffect.StopWatch e:
                Promise(c.Watches.Remove(e.Watch), $"{c.Card.Name}: only a watch that runs is stopped: {e.Watch}");
                break;
            case CandidateEffect.SetTimer e:
                c.Timers.Add(e.Timer);
                break;
            case CandidateEffect.CancelTimer e:
                c.Timers.Remove(e.Timer);
                break;
            case CandidateEffect.Elect e:
                Elect(c, e);
                break;
            case CandidateEffect.EndClaim e:
                Promise(c.Term != 0, "only who was elected loses");
                Promise(c.IsClaimed || !e.IsNews || c.Session == 0 || c.Requests.ContainsValue("resign"), $"a loss is told once: {e}");
                c.IsClaimed = false;
                break;
            case CandidateEffect.AskToStepDown:
                Promise(!c.IsAskedToStepDown, "a leader is asked once to step down");
                c.IsAskedToStepDown = true;
                break;
            case CandidateEffect.AnswerCampaign:
                Promise(!c.IsAnswered, $"one answer to a campaign: {effect}");
                c.IsAnswered = true;
                break;
            case CandidateEffect.Reply e:
                Promise(c.Requests.Remove(e.Request.Value, out var what), $"one answer to each request: {e}");
                if (e.Answer is ElectionReply.Proclaimed p)
                {
                    Promise(_history.Any(h => h.Revision == p.Revision && h.Keys.Any(k => k.Put?.Value == (Bytes)what!)), "a value that is said to be proclaimed was stored");
                }

                break;
            case CandidateEffect.CloseSession:
                Promise(!c.IsClosing, "a session is closed once");
                c.IsClosing = true;
                break;
            case CandidateEffect.End:
                Promise(c.IsClosing, "a candidacy ends after its session");
                c.HasEnded = true;
                break;
        }
    }

    private void StartWatch(WalkCandidate c, CandidateEffect.StartWatch e)
    {
        var key = e.Watch switch
        {
            CandidateWatch.Own => Keys.Candidate(new LeaseId(c.Session)),
            CandidateWatch.Predecessor => e.Key,
            _ => Bytes.Empty,
        };
        if (e.From == Revision.None)
        {
            c.Watches[e.Watch] = (key, -1);
        }
        else
        {
            c.Watches[e.Watch] = (key, _history.TakeWhile(h => h.Revision < e.From).Count());
        }
    }

    private void Elect(WalkCandidate c, CandidateEffect.Elect e)
    {
        var key = Keys.Candidate(e.Lease);
        Promise(!c.IsAnswered, "one answer to a campaign");
        Promise(c.Session != 0 && c.Session == e.Lease.Value, "no leadership after the lease was lost");
        Promise(ValidFor(c) >= Ttl / 2, "no leadership with less than half a TTL");
        Promise(_history.Any(h => h.Revision == e.Term && h.Keys.Any(k => k.Key == key && k.Put?.Lease == e.Lease)), "no leadership without our key on our lease");
        Promise(_terms.Add(e.Term.Value), $"one leader in one term: {e}");
        if (!_hasVandals)
        {
            // Nobody interferes: then at every moment in which somebody may believe that it leads, etcd agrees.
            Promise(e.Term.Value > _lastTerm, $"terms strictly increase: {e} after {_lastTerm}");
            Promise(Line.First().Key == key && Line.First().CreateRevision == e.Term, $"who is elected is the first in etcd: {e}");
            Promise(_candidates.All(other => !other.IsClaimed || other.Session == 0), "one leader at a time");
        }

        _lastTerm = Math.Max(_lastTerm, e.Term.Value);
        c.IsAnswered = true;
        c.IsClaimed = true;
        c.Term = e.Term.Value;
    }

    private void OpenSession(WalkCandidate c)
    {
        c.Session = 100 + ++_ids;
        c.IsAged = false;
        _leases.Add(c.Session);
        Tell(c, new CandidateMessage.SessionOpened(new CandidateLease(new(c.Session), Ttl)));
    }

    private void LoseSession(WalkCandidate c)
    {
        var lost = c.Session;
        c.Session = 0;
        c.IsAged = false;
        c.IsClaimed = false;
        c.Calls.RemoveAll(call => call.IsInJournal && call.Reply is not null);
        for (var i = 0; i < c.Calls.Count; i++)
        {
            c.Calls[i] = c.Calls[i] with { IsGivenUp = c.Calls[i].IsGivenUp || c.Calls[i].IsInJournal };
        }

        Tell(c, new CandidateMessage.SessionLost(new(lost), LossReason.Expired));
    }

    private void Resign(WalkCandidate c)
    {
        // The claim ends with the call of the holder, before its message is acted on.
        c.IsClaimed = false;
        Ask(c, "resign", request => new CandidateMessage.Resign(request));
    }

    private void Ask(WalkCandidate c, string what, Func<ElectionRequestId, CandidateMessage> message)
    {
        var request = new ElectionRequestId(++_ids);
        c.Requests.Add(request.Value, what);
        Tell(c, message(request));
    }

    private void Resync(WalkCandidate c, CandidateWatch watch, Bytes key)
    {
        c.Watches[watch] = (key, _history.Count);
        foreach (var fact in CandidateFacts.From(new WatchEvent.Resynced(new(_revision), Read(watch, key), []), watch, Keys).ToList())
        {
            Tell(c, fact);
        }
    }
}
