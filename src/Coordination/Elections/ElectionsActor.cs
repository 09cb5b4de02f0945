using Coordination.Diagnostics;
using Coordination.Leases;

namespace Coordination.Elections;

/// <summary>
/// The parent of all candidacies and observations: makes one actor for each, and passes messages on. They have nothing in common: each candidacy
/// has a lease of its own, so that one leadership can be lost alone, and two candidates of one process can stand in one election.
/// </summary>
internal sealed class ElectionsActor(CoordinationContext context) : UntypedActor
{
    private readonly Dictionary<CandidacyId, IActorRef> _candidates = [];
    private readonly Dictionary<LeaderFeed, IActorRef> _observations = [];
    private readonly Dictionary<IActorRef, object> _owned = [];
    private bool _isClosing;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new ElectionsActor(context));

    // A candidacy that failed has answered its callers and gives its lease back; an observation begins again, its feed leaves out what it knows.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "child of the elections");
        return _observations.ContainsValue(Sender) ? Directive.Restart : Directive.Stop;
    });

    protected override void PostStop()
    {
        foreach (var feed in _observations.Keys)
        {
            feed.End();
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ElectionsCommand.Campaign m:
                OnCampaign(m.Campaigning);
                break;
            case ElectionsCommand.ForCandidacy m:
                OnForCandidacy(m);
                break;
            case ElectionsCommand.Observe m:
                OnObserve(m);
                break;
            case ElectionsCommand.StopObserving m:
                if (_observations.TryGetValue(m.Feed, out var observation))
                {
                    Context.Stop(observation);
                }

                break;
            case ElectionsCommand.Close:
                OnClose();
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;

            // The candidates have sessions of their own.
            case SessionEvent:
            case CandidateNews:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnCampaign(Campaigning campaigning)
    {
        if (_isClosing || _candidates.Count >= context.Options.Elections.MaxCandidacies)
        {
            Sender.Tell(Refused(campaigning.Election, $"{context.Options.Elections.MaxCandidacies} candidacies are open in this process (Elections.MaxCandidacies)"));
            return;
        }

        var candidate = Context.ActorOf(CandidateActor.PropsFor(context, campaigning, Sender));
        _candidates.Add(campaigning.Candidacy, candidate);
        Own(candidate, campaigning.Candidacy);
    }

    private void OnForCandidacy(ElectionsCommand.ForCandidacy command)
    {
        if (_candidates.TryGetValue(command.Candidacy, out var candidate))
        {
            candidate.Forward(command);
        }
        else
        {
            Sender.Tell(command is ElectionsCommand.Resign
                ? new ElectionReply.Resigned()
                : new ElectionReply.Failed(new CoordinationException(CoordinationErrorKind.Lost, "The leadership is over")));
        }
    }

    private void OnObserve(ElectionsCommand.Observe m)
    {
        if (_isClosing || _observations.Count >= context.Options.Elections.MaxObservers)
        {
            Sender.Tell(Refused(m.Election, $"{context.Options.Elections.MaxObservers} observers are open in this process (Elections.MaxObservers)"));
            return;
        }

        var observation = Context.ActorOf(ObservationActor.PropsFor(context, m.Election, m.Feed));
        _observations.Add(m.Feed, observation);
        Own(observation, m.Feed);
        Sender.Tell(new ElectionReply.Observing());
    }

    private void Own(IActorRef actor, object key)
    {
        _owned.Add(actor, key);
        Context.Watch(actor);
    }

    private ElectionReply.Failed Refused(string election, string limit) => new(_isClosing
        ? new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")
        : new CoordinationException(CoordinationErrorKind.LimitReached, $"The election '{election}' cannot be taken part in: {limit}"));

    private void OnClose()
    {
        _isClosing = true;
        foreach (var actor in _candidates.Values)
        {
            actor.Tell(new ElectionsCommand.Close());
        }

        foreach (var actor in _observations.Values)
        {
            Context.Stop(actor);
        }

        EndIfClosed();
    }

    private void OnTerminated(IActorRef actor)
    {
        if (!_owned.Remove(actor, out var key))
        {
            return;
        }

        if (key is LeaderFeed feed)
        {
            _observations.Remove(feed);
            feed.End();
        }
        else
        {
            _candidates.Remove((CandidacyId)key);
        }

        EndIfClosed();
    }

    private void EndIfClosed()
    {
        if (_isClosing && _owned.Count == 0)
        {
            Context.Stop(Self);
        }
    }
}
