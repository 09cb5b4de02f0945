namespace Coordination.Demo.Cron.View;

/// <summary>What is known of one job.</summary>
internal sealed class JobRow(string name)
{
    public string Name { get; } = name;

    public string? Holder { get; set; }

    public long Token { get; set; }

    public HashSet<string> Waiters { get; } = [];

    public int Runs { get; set; }

    public int Lost { get; set; }

    public string? LastRunBy { get; set; }

    public TimeSpan? LastHandover { get; set; }

    /// <summary>Who began to release the lock last, and when.</summary>
    public (string Worker, long At)? Releasing { get; set; }

    /// <summary>Who was killed while holding it, and when; until it is taken over.</summary>
    public (string Worker, long At)? Orphaned { get; set; }
}
