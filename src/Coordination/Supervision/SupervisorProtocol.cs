namespace Coordination.Supervision;

/// <summary>What the CoordinationSupervisor is told.</summary>
internal abstract record SupervisorCommand
{
    private SupervisorCommand()
    {
    }

    /// <summary>Give everything back in order, then answer with <see cref="Done"/>.</summary>
    public sealed record Stop : SupervisorCommand;

    /// <summary>The answer to <see cref="Stop"/>.</summary>
    public sealed record Done : SupervisorCommand;
}
