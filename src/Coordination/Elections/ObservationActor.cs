using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Elections;

/// <summary>Owns one observation: a watch of all candidates, and the feed that is told who leads. Ends when it is stopped.</summary>
internal sealed class ObservationActor : UntypedActor
{
    private readonly CoordinationContext _context;
    private readonly string _election;
    private readonly LeaderFeed _feed;
    private readonly ObservationMachine _machine;

    public ObservationActor(CoordinationContext context, string election, LeaderFeed feed)
    {
        _context = context;
        _election = election;
        _feed = feed;
        _machine = new ObservationMachine(election);
    }

    public static Props PropsFor(CoordinationContext context, string election, LeaderFeed feed) =>
        Made.By(() => new ObservationActor(context, election, feed));

    protected override void PreStart()
    {
        Context.ActorOf(WatcherActor.PropsFor(_context, new ElectionKeys(_election).Candidates, Revision.None));
        if (_feed is ActorLeaderFeed { Subscriber: var subscriber })
        {
            Context.Watch(subscriber);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchEvent m:
                foreach (var changed in _machine.Handle(m))
                {
                    _feed.Tell(changed);
                }

                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
