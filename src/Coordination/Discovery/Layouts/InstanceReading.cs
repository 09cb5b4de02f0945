namespace Coordination.Discovery.Layouts;

/// <summary>What was read from a key: an instance, or what is wrong.</summary>
internal readonly record struct InstanceReading(ServiceInstance? Instance, string? Problem)
{
    public static InstanceReading Rejected(string problem) => new(null, problem);

    /// <summary>The instance, when it says only what an instance may say.</summary>
    public static InstanceReading Checked(ServiceInstance instance)
    {
        var problems = new OptionProblems();
        InstanceRules.Check(instance, problems);
        return problems.All.Count == 0 ? new InstanceReading(instance, null) : Rejected(string.Join("; ", problems.All));
    }
}

/// <summary>What a key says about the instance under it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Id">The last segment, which is the instance's id unless its value says another.</param>
/// <param name="IdIsTail">Whether the last segment must be the id: the value may not say another.</param>
internal readonly record struct FoundKey(string Service, string Id, bool IdIsTail);
