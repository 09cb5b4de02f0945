namespace Coordination.Demo.Cli;

/// <summary>What the exit codes of the tool mean. A command that is run for the user passes its own on.</summary>
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

    /// <summary>What the command needed was lost or taken over while it ran, and it was not to be run again.</summary>
    public const int Lost = 4;

    /// <summary>The command cannot be started (as a shell says it).</summary>
    public const int NotStarted = 127;

    /// <summary>Ctrl-C or SIGTERM ended it early (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
