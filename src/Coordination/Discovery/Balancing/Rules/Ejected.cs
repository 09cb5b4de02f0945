namespace Coordination.Discovery.Balancing;

/// <summary>An instance was set aside.</summary>
internal readonly record struct Ejected(ServiceInstance Instance, TimeSpan For, int Failures);
