using System.Diagnostics;

namespace Coordination.Testing;

/// <summary>A small file system of its own, in a file, that can be frozen: what writes to it waits. Needs root and Linux.</summary>
public sealed class LoopDisk : IAsyncDisposable
{
    private const int Megabytes = 256;

    private readonly string _image = Path.GetTempFileName();

    private LoopDisk()
    {
    }

    /// <summary>Whether there can be one here.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/dev/loop-control");

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("coordination-disk-").FullName;

    /// <exception cref="InvalidOperationException">It could not be made.</exception>
    public static async Task<LoopDisk> MountAsync()
    {
        var disk = new LoopDisk();
        await using (var image = new FileStream(disk._image, FileMode.Open))
        {
            image.SetLength(Megabytes * 1024L * 1024L);
        }

        await RunAsync("mkfs.ext4", "-q", disk._image);
        await RunAsync("mount", "-o", "loop", disk._image, disk.Folder);
        return disk;
    }

    public Task FreezeAsync() => RunAsync("fsfreeze", "-f", Folder);

    public Task ThawAsync() => RunAsync("fsfreeze", "-u", Folder);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Folder);
        Directory.Delete(Folder);
        File.Delete(_image);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
        }
    }
}
