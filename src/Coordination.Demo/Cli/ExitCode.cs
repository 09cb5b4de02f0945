namespace Coordination.Demo.Cli;

/// <summary>What the exit codes of the tool mean; docs/command-line.md lists them. A command that is run for the user passes its own on.</summary>
internal static class ExitCode
{
    /// <summary>Everything is as it should be.</summary>
    public const int Ok = 0;

    /// <summary>The work was done, but its check failed; or etcd refused the request as such (no such lease, a compacted revision…).</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>etcd cannot be used.</summary>
    public const int Unavailable = 3;

    /// <summary>What the command needed was lost or taken over while it ran, and it was not to be run again.</summary>
    public const int Lost = 4;

    /// <summary>The lock was not obtained: somebody else has it. The command was not run.</summary>
    public const int NotObtained = 5;

    /// <summary>The command cannot be started (as a shell says it).</summary>
    public const int NotStarted = 127;

    /// <summary>Ctrl-C or SIGTERM ended it early (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Whether etcd answered and refused, or could not be used at all.</summary>
    public static int Of(CoordinationException error) => error.Kind
        is CoordinationErrorKind.InvalidRequest or CoordinationErrorKind.LeaseNotFound or CoordinationErrorKind.LeaseAlreadyExists
        or CoordinationErrorKind.Compacted or CoordinationErrorKind.FutureRevision or CoordinationErrorKind.TooLarge
        ? CheckFailed
        : Unavailable;
}
