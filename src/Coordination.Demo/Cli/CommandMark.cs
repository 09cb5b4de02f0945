using System.Globalization;

namespace Coordination.Demo.Cli;

/// <summary>
/// What a command and everything that it starts have in their environment: so a program is found that left the process group of the command, as daemons do. Only where
/// the system shows environments (<c>/proc</c>), and only those of programs of the same user that kept the variable.
/// </summary>
internal sealed class CommandMark
{
    public const string Variable = "COORDINATION_COMMAND_ID";

    public string Value { get; } = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>As it stands in an environment.</summary>
    public string Entry => $"{Variable}={Value}";

    /// <summary>Sends a signal to all that have the mark and are not in the group of the command, which hears it as a group.</summary>
    /// <returns>Whether there was anybody.</returns>
    public bool SendOutside(int groupId, int signal)
    {
        var any = false;
        foreach (var process in OperatingSystem.IsLinux() ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id) && IsOutside(process, groupId))
            {
                any |= UnixSignal.Send(id, signal);
            }
        }

        return any;
    }

    private bool IsOutside(string process, int groupId)
    {
        try
        {
            if (!File.ReadAllText(Path.Combine(process, "environ")).Contains(Entry, StringComparison.Ordinal))
            {
                return false;
            }

            // After the name, which may contain anything: state, parent, group.
            var status = File.ReadAllText(Path.Combine(process, "stat"));
            return status[(status.LastIndexOf(')') + 2)..].Split(' ')[2] != groupId.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is somebody else's.
            return false;
        }
    }
}
