namespace Coordination.Grpc;

/// <summary>A request body of this library, for handlers below a channel that consider to send it to another server.</summary>
internal interface IOutgoingMessage
{
    /// <summary>Whether bytes of a message may have left.</summary>
    bool Sent { get; }

    /// <summary>Whether HTTP can be given it again.</summary>
    bool CanRepeat { get; }
}
