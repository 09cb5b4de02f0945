namespace Coordination.Simulation;

/// <summary>What goes wrong, when, and where.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Process">The process that it happens to, if it happens to one.</param>
/// <param name="For">For how long.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, int Process, TimeSpan For)
{
    public override string ToString() => $"{At.TotalSeconds:0.000} {Kind} p{Process} for {For.TotalSeconds:0.000}";
}

internal enum FaultKind
{
    /// <summary>etcd is killed and started again.</summary>
    EtcdRestart,

    /// <summary>etcd forgets its history.</summary>
    Compaction,

    /// <summary>A process cannot reach etcd.</summary>
    Cut,

    /// <summary>A process stands still.</summary>
    Stop,

    /// <summary>A process is killed and started again.</summary>
    Kill,

    /// <summary>Somebody deletes the key of a lock.</summary>
    Deletion,

    /// <summary>Another member leads. A process goes on with the one that led, which does not know it and acknowledges renewals.</summary>
    LeaderChange,

    /// <summary>A backup is restored after all leases could have ended, with revisions above all that were lost. Whatever was written after the backup is undone.</summary>
    Restore,
}

/// <summary>All that is wanted and all that goes wrong in one run. Made from a seed; a shorter one is a part of it.</summary>
internal sealed record Plan(int Seed, int Processes, IReadOnlyList<Wish> Wishes, IReadOnlyList<Fault> Faults, Network Network, TimeSpan Ttl)
{
    /// <summary>Until then there are wishes and faults.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    /// <summary>Whether each process follows all keys by a watch.</summary>
    public bool HasMirrors { get; init; }

    /// <summary>Whether etcd is of a version in which a deposed leader acknowledges renewals.</summary>
    public bool IsOldEtcd => Faults.Any(static fault => fault.Kind == FaultKind.LeaderChange);

    public static Plan Of(int seed)
    {
        var random = new Random(seed ^ 0x5eed);
        var processes = random.Next(2, 4);
        var kinds = Kinds(random);
        var bad = random.Next(4) switch
        {
            0 => 0,
            1 => 0.01,
            _ => 0.1,
        };
        var wishes = Enumerable.Range(0, random.Next(4, 14)).Select(_ => new Wish(
            Some(random, Busy),
            random.Next(processes),
            kinds[random.Next(kinds.Length)],
            random.Next(3) == 0 ? "/b" : "/a",
            random.Next(5) switch
            {
                0 => TimeSpan.Zero,
                1 => Some(random, TimeSpan.FromSeconds(3)),
                _ => null,
            },
            random.Next(2) == 0 ? Some(random, TimeSpan.FromMilliseconds(100)) : Some(random, TimeSpan.FromSeconds(8)),
            random.Next(1, 4))).OrderBy(static wish => wish.At).ToList();
        var faults = Enumerable.Range(0, random.Next(0, 5)).Select(_ => new Fault(
            Some(random, Busy),
            Enum.GetValues<FaultKind>()[random.Next(6)],
            random.Next(processes),
            Some(random, TimeSpan.FromSeconds(8)))).ToList();
        var leaders = new Random(seed ^ 0x1ead);
        faults.AddRange(Enumerable.Range(0, Math.Max(0, leaders.Next(12) - 9)).Select(_ => new Fault(
            Some(leaders, Busy), FaultKind.LeaderChange, leaders.Next(processes), Some(leaders, TimeSpan.FromSeconds(8)))));
        var backups = new Random(seed ^ 0xbac0);
        if (faults.TrueForAll(static fault => fault.Kind != FaultKind.LeaderChange) && backups.Next(12) == 0)
        {
            faults.Add(new Fault(Some(backups, Busy), FaultKind.Restore, 0, Some(backups, TimeSpan.FromSeconds(8))));
        }

        return new Plan(
            seed,
            processes,
            wishes,
            [.. faults.OrderBy(static fault => fault.At)],
            new Network
            {
                LosesRequests = bad * random.NextDouble(),
                LosesReplies = bad * random.NextDouble(),
                DelaysRequests = bad * random.NextDouble(),
                BreaksWatches = bad * random.NextDouble(),
                Slowest = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 5 : 500),
            },
            TimeSpan.FromSeconds(random.Next(3, 7)))
        {
            HasMirrors = random.Next(3) == 0,
        };
    }

    private static WishKind[] Kinds(Random random) => random.Next(8) switch
    {
        0 => [WishKind.Read, WishKind.Write],
        1 => [WishKind.Permits],
        2 => [WishKind.Mutex, WishKind.MutexOnOwnLease, WishKind.UnfairMutex],
        3 or 4 => [WishKind.Mutex],
        5 or 6 => [WishKind.Lead],
        _ => [WishKind.Register, WishKind.Mutex],
    };

    private static TimeSpan Some(Random random, TimeSpan most) => TimeSpan.FromTicks((long)(most.Ticks * random.NextDouble()));
}
