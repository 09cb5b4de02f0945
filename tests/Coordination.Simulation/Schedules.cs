namespace Coordination.Simulation;

/// <summary>Many seeds, on several threads.</summary>
internal static class Schedules
{
    private const int MostFailures = 10;

    /// <summary>What did not hold, by seed; it ends early when that is much.</summary>
    public static IReadOnlyList<(int Seed, string What)> Run(int from, int runs, int threads, Action<string>? report = null)
    {
        var (time, start) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        var (next, done, claims) = (from - 1, 0, 0L);
        var failures = new List<(int Seed, string What)>();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            var simulator = new Simulator();
            while (Interlocked.Increment(ref next) is var seed && seed < from + runs && failures.Count < MostFailures)
            {
                var outcome = simulator.Run(Plan.Of(seed));
                Interlocked.Add(ref claims, outcome.Claims);
                var count = Interlocked.Increment(ref done);
                if (outcome.Violation is { } violation)
                {
                    lock (failures)
                    {
                        failures.Add((seed, violation));
                    }

                    report?.Invoke($"seed {seed}: {violation}");
                }

                if (count % 1000 == 0)
                {
                    report?.Invoke($"{count} runs, {Volatile.Read(ref claims)} grants, {failures.Count} violations, {count / time.GetElapsedTime(start).TotalSeconds:0} runs/s");
                }
            }
        })).ToList();
        workers.ForEach(static worker => worker.Start());
        workers.ForEach(static worker => worker.Join());
        report?.Invoke($"{done} runs from seed {from}, {claims} grants, {failures.Count} violations, {time.GetElapsedTime(start).TotalSeconds:0} s");
        return failures;
    }
}

/// <summary>One seed, told.</summary>
internal static class Story
{
    /// <returns>The exit code: 1 when something did not hold.</returns>
    public static int Tell(int seed)
    {
        var simulator = new Simulator();
        var plan = Plan.Of(seed);
        if (simulator.Run(plan).Violation is not null)
        {
            plan = Shorten(simulator, plan);
        }

        var outcome = simulator.Run(plan, isTraced: true);
        Console.WriteLine($"seed {seed}: {plan.Processes} processes, TTL {plan.Ttl.TotalSeconds} s, {plan.Network}");
        plan.Wishes.ToList().ForEach(static wish => Console.WriteLine($"  wish  {wish}"));
        plan.Faults.ToList().ForEach(static fault => Console.WriteLine($"  fault {fault}"));
        Console.Write(outcome.Trace);
        Console.WriteLine(outcome.Violation ?? $"held, {outcome.Claims} grants");
        return outcome.Violation is null ? 0 : 1;
    }

    /// <summary>Leaves out what the failure does not need.</summary>
    private static Plan Shorten(Simulator simulator, Plan plan)
    {
        for (var isShorter = true; isShorter;)
        {
            isShorter = false;
            foreach (var shorter in Shorter(plan))
            {
                if (simulator.Run(shorter).Violation is not null)
                {
                    (plan, isShorter) = (shorter, true);
                    break;
                }
            }
        }

        return plan;
    }

    private static IEnumerable<Plan> Shorter(Plan plan) =>
    [
        .. plan.Faults.Select(fault => plan with { Faults = [.. plan.Faults.Where(other => other != fault)] }),
        .. plan.Wishes.Select(wish => plan with { Wishes = [.. plan.Wishes.Where(other => other != wish)] }),
        .. plan.Network == new Network() ? Array.Empty<Plan>() : [plan with { Network = new Network() }],
    ];
}
