using System.Runtime.InteropServices;

namespace Coordination.Demo.Cli;

/// <summary>Signals to other processes.</summary>
internal static partial class UnixSignal
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>To one process. False when there is none.</summary>
    public static bool Send(int processId, int signal) => SendSignal(processId, signal) == 0;

    /// <summary>To all processes of a group. False when there is none.</summary>
    public static bool SendToGroup(int groupId, int signal) => SendSignal(-groupId, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
