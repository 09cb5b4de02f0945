namespace Coordination.Demo.Cron.Workers;

/// <summary>A worker that runs somewhere: in this process or in one of its own.</summary>
internal interface IWorkerHost : IAsyncDisposable
{
    /// <summary>The worker's name.</summary>
    string Name { get; }

    /// <summary>Ends it without warning: nothing is released.</summary>
    Task CrashAsync();

    /// <summary>Asks it to release everything and to end, and waits for that, for a bounded time.</summary>
    Task StopAsync();
}
