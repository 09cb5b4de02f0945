using System.Runtime.InteropServices;

namespace Coordination.Demo.Cli;

/// <summary>
/// Notices that nobody reads the standard output any more, as after <c>… | head -1</c>, also when nothing is written. The runtime ignores SIGPIPE and what writing
/// fails of, so a command that goes on until Ctrl-C would go on for nobody.
/// </summary>
internal static partial class OutputWatch
{
    private const int StandardOutput = 1;
    private const short IsError = 0x8;
    private const short IsHungUp = 0x10;
    private const int Interrupted = 4;

    /// <summary>Cancelled when the reader has gone. Never, where the system does not tell.</summary>
    public static CancellationToken Start()
    {
        if (OperatingSystem.IsWindows())
        {
            return CancellationToken.None;
        }

        // Lives as long as the process.
        var gone = new CancellationTokenSource();
        new Thread(() => Wait(gone)) { IsBackground = true, Name = "output watch" }.Start();
        return gone.Token;
    }

    private static void Wait(CancellationTokenSource gone)
    {
        // Errors are told without being asked for; a file or a terminal has none to tell.
        var output = new Descriptor { Number = StandardOutput };
        while (Poll(ref output, 1, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return;
            }
        }

        if ((output.Told & (IsError | IsHungUp)) != 0)
        {
            gone.Cancel();
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref Descriptor descriptors, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int Number;
        public short Asked;
        public short Told;
    }
}
