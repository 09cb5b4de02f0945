namespace Coordination;

/// <summary>How an instance is written.</summary>
public enum ServiceForm
{
    /// <summary>All it says, as JSON.</summary>
    Json,

    /// <summary><c>host:port</c>.</summary>
    Plain,

    /// <summary>The JSON of etcd's gRPC naming.</summary>
    GrpcNaming,

    /// <summary>Four keys.</summary>
    FourField,
}
