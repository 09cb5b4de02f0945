namespace Coordination;

/// <summary>Whether an instance wants requests.</summary>
public enum InstanceState
{
    /// <summary>It is there, but not ready yet: no requests.</summary>
    Starting,

    /// <summary>It takes requests.</summary>
    Serving,

    /// <summary>It finishes its requests and takes no new ones.</summary>
    Draining,
}
