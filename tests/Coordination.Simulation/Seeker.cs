using Akka.Actor;
using Coordination.Discovery;

namespace Coordination.Simulation;

/// <summary>An actor that is told what becomes of the instances of a service.</summary>
internal sealed class Seeker(IActorRefProvider provider) : MinimalActorRef
{
    public const string Service = "greeter";
    public static readonly DiscoveryOptions Options = new();
    private readonly List<ServiceChange> _told = [];

    public override ActorPath Path => Provider.DeadLetters.Path;

    public override IActorRefProvider Provider => provider;

    /// <summary>All that it was told.</summary>
    public IReadOnlyList<ServiceChange> Told => _told;

    public static Seeker Begin(SimProcess process)
    {
        var context = process.Context;
        var root = context.Roots.Of<DiscoveryCommand>();
        var seeker = new Seeker(((IInternalActorRef)root).Provider);
        var feed = context.Discoveries.Open(Service, Options, context.Options.Services.MaxDiscoveries, command => root.Tell(command, ActorRefs.NoSender));
        feed.AddSubscriber(seeker);
        root.Tell(new DiscoveryCommand.SubscribersChanged(feed), ActorRefs.NoSender);
        return seeker;
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is ServiceChange change)
        {
            _told.Add(change);
        }
    }
}
