namespace Coordination.Watches;

/// <summary>What the WatchesActor is told from outside.</summary>
internal abstract record WatchesCommand
{
    private WatchesCommand()
    {
    }

    /// <summary>Follow a watch from now on. A refusal is told to the subscriber, as its end.</summary>
    public sealed record Subscribe(WatchSubscriber Subscriber) : WatchesCommand, IAnsweredRequest
    {
        public object Refusal(CoordinationException error)
        {
            Subscriber.End(error);
            return new Refused(error);
        }
    }

    /// <summary>No more. The subscriber may be told something that is on its way.</summary>
    public sealed record Unsubscribe(WatchSubscriber Subscriber) : WatchesCommand;

    /// <summary>To nobody: whoever subscribes is told otherwise.</summary>
    public sealed record Refused(CoordinationException Error) : WatchesCommand;
}
