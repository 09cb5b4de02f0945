namespace Coordination.Actors;

/// <summary>Maps a failure to what is to be done.</summary>
public interface IDecider
{
    /// <summary>Decides.</summary>
    Directive Decide(Exception cause);
}
