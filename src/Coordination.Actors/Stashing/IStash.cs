namespace Coordination.Actors;

/// <summary>Messages that an actor puts aside for later.</summary>
public interface IStash
{
    /// <summary>The number of messages in the stash.</summary>
    int Count { get; }

    /// <summary>True when there is none.</summary>
    bool IsEmpty { get; }

    /// <summary>True when there is one.</summary>
    bool NonEmpty { get; }

    /// <summary>True when no more fit; never for an unbounded stash.</summary>
    bool IsFull { get; }

    /// <summary>How many fit; -1 for an unbounded stash.</summary>
    int Capacity { get; }

    /// <summary>Puts the current message aside.</summary>
    /// <exception cref="IllegalActorStateException">The current message is already there.</exception>
    void Stash();

    /// <summary>Puts the oldest message back to the front of the mailbox.</summary>
    void Unstash();

    /// <summary>Puts all messages back to the front of the mailbox, in their order.</summary>
    void UnstashAll();

    /// <summary>Puts the messages back that the predicate wants, and drops the others.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Empties the stash and returns what was in it.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages before those in the stash.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}
