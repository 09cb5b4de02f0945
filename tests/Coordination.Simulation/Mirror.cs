using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Simulation;

/// <summary>Somebody who follows all keys by a watch.</summary>
internal sealed class Mirror(WatchSpec spec) : WatchSubscriber(spec, new KeyWatchOptions())
{
    public static readonly KeyRange Keys = KeyRange.Prefix("/");
    private readonly List<WatchEvent> _told = [];

    /// <summary>All that it was told.</summary>
    public IReadOnlyList<WatchEvent> Told => _told;

    public static Mirror Begin(SimProcess process)
    {
        var mirror = new Mirror(new WatchSpec(Keys, Revision.None));
        process.Context.Roots.Of<WatchesCommand>().Tell(new WatchesCommand.Subscribe(mirror), Akka.Actor.ActorRefs.NoSender);
        return mirror;
    }

    public override void Take(WatchEvent told)
    {
        Buffer.Add(told);
        while (Buffer.Take() is { } next)
        {
            _told.Add(next());
        }
    }

    public override void End(CoordinationException error)
    {
    }
}
