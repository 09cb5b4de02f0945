namespace Coordination;

/// <content>Leader election.</content>
public sealed partial class CoordinationSystem
{
    /// <inheritdoc/>
    public IElection Election(string name) => new DistributedElection(this, name);
}
