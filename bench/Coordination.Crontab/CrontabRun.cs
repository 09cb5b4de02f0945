using System.Globalization;
using Coordination.Demo.Cli;

namespace Coordination.Crontab;

/// <summary>Two machines with the same crontab entry, which is the one that docs/command-line.md shows.</summary>
/// <param name="Etcd">Where they meet.</param>
/// <param name="Folder">Where the job notes its runs.</param>
internal sealed record CrontabRun(Uri Etcd, string Folder)
{
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan Skew { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Longer than the machines differ, shorter than the period, with room on both sides for slow starts.</summary>
    public TimeSpan AtLeast { get; init; } = TimeSpan.FromSeconds(2);

    public int Ticks { get; init; } = 15;

    private string Notes => Path.Combine(Folder, "runs");

    /// <summary>The crontab line: a job that is over at once.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"'{Tool}' lock /cron/report --try --at-least {new Duration(AtLeast)} --conflict-exit-code 0 --etcd {Etcd.GetLeftPart(UriPartial.Authority)} -- sh -c 'echo $TICK $MACHINE $COORDINATION_TOKEN >> {Notes}'");

    private static string Tool => Path.ChangeExtension(typeof(ExitCode).Assembly.Location, null);

    /// <summary>One of the machines.</summary>
    public CronMachine Machine(string name, DateTimeOffset start) => new(name, Line, start, Period, Ticks, Skew);

    /// <summary>What the jobs noted.</summary>
    public IReadOnlyList<CrontabNote> Read() => File.Exists(Notes) ? [.. File.ReadLines(Notes).Select(CrontabNote.Parse)] : [];
}

/// <summary>One run of the job.</summary>
internal sealed record CrontabNote(int Tick, string Machine, long Token)
{
    public static CrontabNote Parse(string line)
    {
        var words = line.Split(' ');
        return new CrontabNote(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], long.Parse(words[2], CultureInfo.InvariantCulture));
    }
}
