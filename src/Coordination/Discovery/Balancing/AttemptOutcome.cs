namespace Coordination;

/// <summary>The outcome of an attempt to send a request to an instance, as far as this side knows.</summary>
public enum AttemptOutcome
{
    /// <summary>A response began. Its status is the caller's business.</summary>
    Answered,

    /// <summary>A response began, and its status says that the instance cannot serve (<see cref="BalancingOptions.IsFailure"/>).</summary>
    AnsweredUnable,

    /// <summary>There was no connection: nothing was sent. Any request may go to another instance.</summary>
    NotConnected,

    /// <summary>The server refused the stream before it processed anything (HTTP/2 REFUSED_STREAM). Any request whose body can be sent again may go to another instance.</summary>
    Refused,

    /// <summary>The connection failed after something may have been sent: the instance may have acted. Only an idempotent request may go to another one.</summary>
    Broken,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,

    /// <summary>It failed on this side: the request cannot be sent as it is. The instance is not to blame.</summary>
    Invalid,
}
