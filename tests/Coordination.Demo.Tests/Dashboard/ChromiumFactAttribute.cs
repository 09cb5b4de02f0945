namespace Coordination.Demo.Tests.Dashboard;

/// <summary>A test in a browser. Where there is no Chromium it is skipped, and the run says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Program is null)
        {
            Skip = "There is no 'chromium' on the PATH (Debian: apt-get install chromium).";
        }
    }

    /// <summary>Where it is.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
        .FirstOrDefault(File.Exists);
}
