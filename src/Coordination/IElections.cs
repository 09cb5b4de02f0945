namespace Coordination;

/// <summary>The elections of a system. Inject it where you need nothing else of the system. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.</summary>
public interface IElections
{
    /// <summary>The election of that name. Costs nothing until somebody campaigns or observes.</summary>
    /// <param name="name">
    /// 1 to 1,024 bytes of UTF-8, without '/' at its end. The candidates are the keys that begin with it and '/': any program that uses the same name in
    /// etcd's own elections takes part in the same.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, too long, or not allowed.</exception>
    IElection Election(string name);
}
