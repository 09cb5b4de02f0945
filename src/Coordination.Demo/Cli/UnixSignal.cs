using System.Runtime.InteropServices;

namespace Coordination.Demo.Cli;

/// <summary>Signals to other processes.</summary>
internal static partial class UnixSignal
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static int User1 => OperatingSystem.IsLinux() ? 10 : 30;

    public static int User2 => OperatingSystem.IsLinux() ? 12 : 31;

    /// <summary>To one process. False when there is none.</summary>
    public static bool Send(int processId, int signal) => SendSignal(processId, signal) == 0;

    /// <summary>To all processes of a group. False when there is none.</summary>
    public static bool SendToGroup(int groupId, int signal) => SendSignal(-groupId, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
