namespace Coordination;

/// <summary>Options of all watches of a system. Checked when the system is made.</summary>
public sealed record WatchOptions
{
    internal const int DefaultPageSize = 1000;

    /// <summary>
    /// How many keys are read with one request when a watch reads all of its keys. Pages are read at one revision. When a page is larger than the client
    /// takes (<see cref="Etcd.EtcdClientOptions.MaxReceiveMessageSize"/>), smaller ones are read. Default 1,000; 1 to 1,000,000.
    /// </summary>
    public int ListPageSize { get; set; } = DefaultPageSize;

    /// <summary>Subscribers (enumerations and actors) that may follow watches in this process. Default 100,000; 1 to 10,000,000. More are refused with LimitReached.</summary>
    public int MaxSubscribers { get; set; } = 100_000;

    internal void Validate(OptionProblems problems)
    {
        problems.Check($"Watches.{nameof(ListPageSize)}", ListPageSize, 1, 1_000_000, "keys");
        problems.Check($"Watches.{nameof(MaxSubscribers)}", MaxSubscribers, 1, 10_000_000, "subscribers");
    }
}
