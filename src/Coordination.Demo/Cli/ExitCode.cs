namespace Coordination.Demo.Cli;

/// <summary>What the exit codes of the tool mean.</summary>
internal static class ExitCode
{
    /// <summary>Everything is as it should be.</summary>
    public const int Ok = 0;

    /// <summary>The work was done, but its check failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>etcd cannot be used.</summary>
    public const int Unavailable = 3;

    /// <summary>Ctrl-C or SIGTERM ended it early (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
