namespace Coordination.Demo.Services;

/// <summary>Changes of a service as lines for people.</summary>
internal static class ChangeText
{
    public static IEnumerable<string> Lines(ServiceChange change) => change switch
    {
        ServiceChange.Up { Instance: var up } => [$"up       {Describe(up)}"],
        ServiceChange.Down { Instance: var down } => [$"down     {down.Id}"],
        ServiceChange.Changed { Instance: var now, Previous: var before } =>
            [now.State == before.State ? $"changed  {Describe(now)}" : $"{Word(now.State),-8} {Describe(now)}"],
        ServiceChange.Stale { Error: var error } => [$"STALE    etcd is away, the last view stays: {error?.Message ?? "no answer"}"],
        ServiceChange.Resynced { Reason: ViewReason.Snapshot, View: var view } => [$"view     {Count(view)} at revision {view.Revision}"],
        ServiceChange.Resynced { View: var view, Reason: var reason, Difference: var difference } =>
            [$"resync   {reason}: {Count(view)} at revision {view.Revision}", .. difference.SelectMany(Lines)],
        _ => [],
    };

    public static string Word(InstanceState state) => state switch
    {
        InstanceState.Starting => "starting",
        InstanceState.Draining => "draining",
        _ => "serving",
    };

    private static string Count(ServiceView view) => $"{view.Instances.Length} {(view.Instances.Length == 1 ? "instance" : "instances")}";

    private static string Describe(ServiceInstance instance) =>
        $"{instance.Id} at {instance.Address}, {Word(instance.State)}, weight {instance.Weight}{(instance.Zone is { } zone ? $", zone {zone}" : "")}{(instance.Version is { } version ? $", version {version}" : "")}";
}
