namespace Coordination;

/// <summary>What a balanced request says in its Host header (HTTP/2: <c>:authority</c>).</summary>
public enum BalancedHost
{
    /// <summary>The address of the instance, as a request without balancing would: the server sees what it expects, and TLS checks the name or address of the instance.</summary>
    Instance,

    /// <summary>The name in the request's address: for servers that tell services apart by name, and for certificates that carry the service's name. TLS checks that name.</summary>
    Service,
}
