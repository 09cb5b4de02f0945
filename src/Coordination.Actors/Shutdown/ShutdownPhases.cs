namespace Coordination.Actors;

internal sealed record ShutdownPhase(string Name, TimeSpan Timeout, bool Recover, bool IsEnabled);

/// <summary>The phases in the order of their dependencies.</summary>
internal static class ShutdownPhases
{
    private const string Defaults = """
        default-phase-timeout = 5 s
        phases {
          before-service-unbind {}
          service-unbind { depends-on = [before-service-unbind] }
          service-requests-done { depends-on = [service-unbind] }
          service-stop { depends-on = [service-requests-done] }
          before-cluster-shutdown { depends-on = [service-stop] }
          cluster-sharding-shutdown-region { depends-on = [before-cluster-shutdown], timeout = 10 s }
          cluster-leave { depends-on = [cluster-sharding-shutdown-region] }
          cluster-exiting { depends-on = [cluster-leave], timeout = 10 s }
          cluster-exiting-done { depends-on = [cluster-exiting] }
          cluster-shutdown { depends-on = [cluster-exiting-done] }
          before-actor-system-terminate { depends-on = [cluster-shutdown] }
          actor-system-terminate { depends-on = [before-actor-system-terminate], timeout = 10 s }
        }
        """;

    public static IReadOnlyList<ShutdownPhase> Read(Config config)
    {
        var settings = config.GetConfig("akka.coordinated-shutdown").WithFallback(ConfigurationFactory.ParseString(Defaults));
        var defaultTimeout = settings.GetTimeSpan("default-phase-timeout");
        var phases = settings.GetConfig("phases").AsEnumerable().ToDictionary(
            phase => phase.Key, phase => new Config(new HoconRoot(phase.Value)), StringComparer.Ordinal);

        var ordered = new List<ShutdownPhase>();
        var entered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in phases.Keys) Visit(name, []);
        return ordered;

        void Visit(string name, IReadOnlyList<string> path)
        {
            if (path.Contains(name)) throw new ConfigurationException($"Cycle detected in graph of phases: {string.Join(" -> ", path)} -> {name}");
            if (!entered.Add(name)) return;
            var phase = phases.GetValueOrDefault(name, Config.Empty);
            foreach (var earlier in phase.GetStringList("depends-on")) Visit(earlier, [.. path, name]);
            ordered.Add(new ShutdownPhase(
                name, phase.GetTimeSpan("timeout", defaultTimeout, allowInfinite: false), phase.GetBoolean("recover", true), phase.GetBoolean("enabled", true)));
        }
    }
}
