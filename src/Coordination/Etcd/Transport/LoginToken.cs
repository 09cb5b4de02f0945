using Grpc.Core;

namespace Coordination.Etcd.Transport;

/// <summary>What a login gave: a token to send along, or none where nobody need log in. Two logins are never the same, whatever their tokens.</summary>
internal sealed class LoginToken(string? value)
{
    // A member that lost its leader ends the stream or refuses the call instead of hanging.
    private const string NeedsLeader = "hasleader";

    /// <summary>Nobody logs in.</summary>
    public static LoginToken None { get; } = new(null);

    /// <summary>Whether etcd's authentication was off when it was asked for.</summary>
    public bool IsEmpty => value is null;

    /// <summary>What a call sends along; made once for all calls.</summary>
    public Metadata Headers { get; } = value is null
        ? new Metadata { { NeedsLeader, "true" } }
        : new Metadata { { NeedsLeader, "true" }, { "token", value } };
}
