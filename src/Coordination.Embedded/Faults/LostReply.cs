namespace Coordination.Embedded;

/// <summary>What a client sees of a reply that is lost.</summary>
public enum LostReply
{
    /// <summary>The stream of the call is reset.</summary>
    Reset,

    /// <summary>Nothing: the call stays open until the client gives up.</summary>
    Silence,
}
