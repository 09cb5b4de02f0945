namespace Coordination.Actors;

/// <summary>An actor with a stash. The runtime sets it after the constructor.</summary>
public interface IActorStash
{
    /// <summary>The stash.</summary>
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash.</summary>
public interface IWithStash : IActorStash;

/// <summary>An actor with a stash without a limit.</summary>
public interface IWithUnboundedStash : IActorStash;
