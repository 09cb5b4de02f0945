namespace Coordination;

/// <summary>The elections of a system, to be injected where nothing else of it is needed. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.</summary>
public interface IElections
{
    /// <summary>The election of that name. Costs nothing until somebody campaigns or observes.</summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8, without '/' at its end.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or not allowed.</exception>
    DistributedElection Election(string name);
}
