namespace Coordination;

/// <summary>What a system measures and traces; docs/observability.md lists it all.</summary>
public sealed record DiagnosticsOptions
{
    /// <summary>
    /// Whether metrics carry the names of locks, elections and services. Each name is a time series of its own in whatever collects them: switch it on only
    /// when there are few. Default off. Traces and logs always contain names.
    /// </summary>
    public bool NameTags { get; set; }
}
