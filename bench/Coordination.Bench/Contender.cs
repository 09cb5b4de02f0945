using System.Diagnostics;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Bench;

/// <summary>
/// One of several processes that compete for a key: this program, started with <c>contend endpoint rounds</c>. It prints a line for each of its
/// acquisitions: the token, when it was granted, and when its release was begun. The stamps are of the machine's monotonic clock, so those of
/// different processes can be compared; in the order of the tokens they tell how long each hand-over took.
/// </summary>
internal static class Contender
{
    public const string Command = "contend";

    private const string Key = "/bench/hot/processes";
    private const int WarmUps = 300;

    public static async Task RunAsync(Uri endpoint, int rounds)
    {
        var lines = new List<string>();
        await using (var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(60),
            Etcd = new EtcdClientOptions { Endpoints = [endpoint] },
        }))
        {
            await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));

            // The limit beside which this is put was measured by a process that had been running for a while.
            for (var n = 0; n < WarmUps; n++)
            {
                await using var own = await system.Lock($"{Key}/{Environment.ProcessId}").AcquireAsync();
            }

            Console.WriteLine("ready");
            await Console.In.ReadLineAsync();
            for (var n = 0; n < rounds; n++)
            {
                var handle = await system.Lock(Key).AcquireAsync();
                var grantedAt = TimeProvider.System.GetTimestamp();
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{handle.Token} {grantedAt} {TimeProvider.System.GetTimestamp()}"));
                await handle.ReleaseAsync();
            }
        }

        lines.ForEach(Console.WriteLine);
    }

    /// <summary>Starts the processes, lets them go at the same time, and puts together what they printed.</summary>
    public static async Task<List<double>> RunAllAsync(Uri endpoint, int count, int rounds)
    {
        var processes = Enumerable.Range(0, count).Select(_ => Start(endpoint, rounds * 2 / count)).ToList();
        try
        {
            foreach (var process in processes)
            {
                _ = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A contender ended before it was ready.");
            }

            processes.ForEach(process => process.StandardInput.WriteLine("go"));
            var outputs = await Task.WhenAll(processes.Select(process => process.StandardOutput.ReadToEndAsync()));
            var holds = outputs.SelectMany(output => output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(Read).OrderBy(hold => hold.Token).ToList();

            // While one is alone, at the beginning and at the end, it hands the lock to itself; the first quarter still warms up.
            var steady = holds[(holds.Count / 4)..];
            return [.. steady.Zip(steady.Skip(1), (a, b) => TimeProvider.System.GetElapsedTime(a.ReleasedAt, b.GrantedAt).TotalMilliseconds)];
        }
        finally
        {
            foreach (var process in processes)
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }

                process.Dispose();
            }
        }
    }

    private static (long Token, long GrantedAt, long ReleasedAt) Read(string line)
    {
        var numbers = line.Trim().Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0], numbers[1], numbers[2]);
    }

    private static Process Start(Uri endpoint, int rounds)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Contender).Assembly.Location);
        }

        foreach (var argument in (string[])[Command, endpoint.ToString(), rounds.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
