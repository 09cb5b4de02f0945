using System.Diagnostics;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Bench;

/// <summary>
/// One of several processes that compete for a key: this program, started with <c>contend endpoint</c>. It prints a line for each of its acquisitions: the token, when it
/// was granted, and when its release was begun; and what it took of the processor, before and after the first minute. The stamps are of the machine's monotonic clock, so
/// those of different processes can be compared; in the order of the tokens they tell how long each hand-over took.
/// </summary>
internal static class Contender
{
    public const string Command = "contend";

    private const string Key = "/bench/hot/processes";
    private static readonly TimeSpan FirstPart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(100);

    public static async Task RunAsync(Uri endpoint)
    {
        var lines = new List<string>();
        var time = TimeProvider.System;
        await using (var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(60),
            Etcd = new EtcdClientOptions { Endpoints = [endpoint] },
        }))
        {
            await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));
            Console.WriteLine("ready");
            await Console.In.ReadLineAsync();
            var start = time.GetTimestamp();
            var (processor, isFirst) = (Environment.CpuUsage.TotalTime, true);
            while (time.GetElapsedTime(start) is var passed && passed < Duration)
            {
                if (isFirst && passed > FirstPart)
                {
                    isFirst = false;
                    processor = Part("first", processor);
                }

                var handle = await system.Lock(Key).AcquireAsync();
                var grantedAt = time.GetTimestamp();
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{handle.Token} {grantedAt} {time.GetTimestamp()}"));
                await handle.ReleaseAsync();
            }

            Part("later", processor);
        }

        lines.ForEach(Console.WriteLine);

        TimeSpan Part(string name, TimeSpan since)
        {
            var now = Environment.CpuUsage.TotalTime;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {time.GetTimestamp()} {(now - since).Ticks}"));
            return now;
        }
    }

    /// <summary>Starts the processes, lets them go at the same time, and puts together what they printed: the first minute, in which the runtime compiles, and what follows.</summary>
    public static async Task<(Part First, Part Later)> RunAllAsync(Uri endpoint, int count)
    {
        var processes = Enumerable.Range(0, count).Select(_ => Start(endpoint)).ToList();
        try
        {
            foreach (var process in processes)
            {
                _ = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A contender ended before it was ready.");
            }

            processes.ForEach(process => process.StandardInput.WriteLine("go"));
            var outputs = await Task.WhenAll(processes.Select(process => process.StandardOutput.ReadToEndAsync()));
            var lines = outputs.SelectMany(output => output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Trim().Split(' ')).ToList();
            var border = lines.Where(line => line[0] == "first").Max(line => Number(line[1]));

            // At the end some have stopped already.
            var end = lines.Where(line => line[0] == "later").Min(line => Number(line[1]));
            var holds = lines.Where(line => char.IsAsciiDigit(line[0][0])).Select(line => (Token: Number(line[0]), GrantedAt: Number(line[1]), ReleasedAt: Number(line[2])))
                .OrderBy(hold => hold.Token).ToList();
            var handOvers = holds.Zip(holds.Skip(1)).Where(pair => pair.Second.GrantedAt < end).ToList();
            return (Of("first", handOvers.FindAll(pair => pair.First.ReleasedAt < border)), Of("later", handOvers.FindAll(pair => pair.First.ReleasedAt >= border)));

            Part Of(string name, List<((long Token, long GrantedAt, long ReleasedAt) From, (long Token, long GrantedAt, long ReleasedAt) To)> of)
            {
                var processor = TimeSpan.FromTicks(lines.Where(line => line[0] == name).Sum(line => Number(line[2])));
                return new Part(
                    [.. of.Select(pair => TimeProvider.System.GetElapsedTime(pair.From.ReleasedAt, pair.To.GrantedAt).TotalMilliseconds)],
                    of.Count / TimeProvider.System.GetElapsedTime(of[0].From.ReleasedAt, of[^1].To.GrantedAt).TotalSeconds,
                    processor.TotalMicroseconds / of.Count);
            }
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

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static Process Start(Uri endpoint)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Contender).Assembly.Location);
        }

        foreach (var argument in (string[])[Command, endpoint.ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Some of the hand-overs.</summary>
    /// <param name="Times">How long each took, in milliseconds.</param>
    /// <param name="PerSecond">How many there were in a second.</param>
    /// <param name="Processor">What all processes together took of the processor for each, in microseconds.</param>
    public sealed record Part(List<double> Times, double PerSecond, double Processor);
}
