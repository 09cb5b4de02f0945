using System.Globalization;

namespace Coordination.Soak;

/// <summary>What there is at one moment.</summary>
/// <param name="At">How long after the start.</param>
/// <param name="Heap">Bytes that live after a full collection.</param>
/// <param name="WorkingSet">Bytes that the system gives the process.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Leases">Leases in etcd.</param>
/// <param name="Keys">Keys in etcd.</param>
/// <param name="Locks">Acquisitions so far.</param>
/// <param name="Told">Changes that watches told so far.</param>
/// <param name="Processor">The share of one core since the sample before, in percent.</param>
internal sealed record Sample(TimeSpan At, long Heap, long WorkingSet, int Handles, int Threads, int Leases, long Keys, long Locks, long Told, double Processor)
{
    private static readonly (string Name, Func<Sample, double> Of, double Slack)[] Measured =
    [
        ("heap (MB)", static s => s.Heap / 1e6, 2), ("working set (MB)", static s => s.WorkingSet / 1e6, 20), ("handles", static s => s.Handles, 10),
        ("threads", static s => s.Threads, 8), ("leases", static s => s.Leases, 2), ("keys", static s => s.Keys, 100),
    ];

    /// <summary>What is more than a tenth larger in the last quarter than it was in the second, by the medians.</summary>
    public static IEnumerable<string> Grown(IReadOnlyList<Sample> samples)
    {
        foreach (var (name, of, slack) in Measured)
        {
            var (early, late) = (Median(samples.Skip(samples.Count / 4).Take(samples.Count / 4)), Median(samples.Skip(samples.Count * 3 / 4)));
            if (late > (early * 1.1) + slack)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} from {early:0.#} to {late:0.#}");
            }

            double Median(IEnumerable<Sample> some)
            {
                var values = some.Select(of).Order().ToList();
                return values.Count == 0 ? double.NaN : values[values.Count / 2];
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{At.TotalMinutes,5:0.0} min   heap {Heap / 1e6,6:0.0} MB   working set {WorkingSet / 1e6,6:0.0} MB   handles {Handles,4}   threads {Threads,3}   leases {Leases,4}   keys {Keys,6}   "
        + $"locks {Locks,10}   told {Told,8}   processor {Processor,4:0} %");
}
