using System.Diagnostics.Metrics;

namespace Coordination.Diagnostics;

/// <summary>
/// All instruments of the library; docs/observability.md lists them and is held against this class by a test. One meter for all systems of the process, which are told
/// apart by a tag.
/// </summary>
internal static class CoordinationMeter
{
    public const string Name = "Coordination";

    // Durations from a fraction of a round trip to a long wait.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    private static readonly InstrumentAdvice<long> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] };

    private static readonly Meter Meter = new(Name, Version);

    public static string Version => typeof(CoordinationMeter).Assembly.GetName().Version!.ToString(3);

    public static Histogram<double> LockAcquire { get; } = Time("coordination.lock.acquire.duration", "From the request for a lock to its answer.");

    public static Histogram<double> LockWait { get; } = Time("coordination.lock.wait.duration", "From the moment a request had to wait for a holder to its answer.");

    public static Histogram<double> LockHold { get; } = Time("coordination.lock.hold.duration", "From the acquisition of a lock to its release or loss.");

    public static Counter<long> LockLost { get; } = Count("coordination.lock.lost", "{lock}", "Locks that were lost, not released.");

    public static Counter<long> LeaseRenewals { get; } = Count("coordination.lease.renewals", "{renewal}", "Renewals of leases that were sent, by their outcome.");

    public static Histogram<double> LeaseRenewal { get; } = Time("coordination.lease.renewal.duration", "From a renewal to its acknowledgement, its proof included.");

    public static Histogram<double> LeaseRenewalDelay { get; } = Time("coordination.lease.renewal.delay", "How much later than due a renewal was sent.");

    public static Counter<long> LeaseLost { get; } = Count("coordination.lease.lost", "{lease}", "Leases that were lost, not given back.");

    public static Histogram<long> JournalBatch { get; } =
        Meter.CreateHistogram("coordination.journal.batch.size", "{write}", "Writes of a session that went together in one transaction.", null, Counts);

    public static Counter<long> JournalFences { get; } =
        Count("coordination.journal.fences", "{fence}", "Times that the fence of a session was set or moved: once at its beginning, and for each lost reply.");

    public static Histogram<double> ElectionCampaign { get; } = Time("coordination.election.campaign.duration", "From the start of a campaign to its end.");

    public static Counter<long> ElectionElected { get; } = Count("coordination.election.elected", "{term}", "Terms that began.");

    public static Counter<long> ElectionLost { get; } = Count("coordination.election.lost", "{term}", "Terms that were lost, not resigned.");

    public static Histogram<double> WatchLag { get; } = Time("coordination.watch.lag", "From the arrival of changes in this process until they are delivered.");

    public static Histogram<long> WatchBatch { get; } =
        Meter.CreateHistogram("coordination.watch.batch.size", "{event}", "Changes that arrived together.", null, Counts);

    public static Counter<long> WatchInterruptions { get; } = Count("coordination.watch.interruptions", "{interruption}", "Times that a watch was interrupted.");

    public static Counter<long> WatchResyncs { get; } = Count("coordination.watch.resyncs", "{resync}", "Times that a watch had to read its keys again.");

    public static Histogram<double> EtcdRequest { get; } = Time("coordination.etcd.request.duration", "From a request to etcd to its reply or failure.");

    public static Histogram<long> EtcdTxn { get; } =
        Meter.CreateHistogram("coordination.etcd.txn.size", "{operation}", "Operations in one transaction, those in nested ones included.", null, Counts);

    public static Counter<long> EtcdReconnects { get; } = Count("coordination.etcd.reconnects", "{stream}", "Shared streams that ended and were opened again.");

    /// <summary>The instruments that are asked: begun with the first system.</summary>
    public static void Begin() => _ = Observed.All;

    private static Histogram<double> Time(string name, string description) => Meter.CreateHistogram(name, "s", description, null, Seconds);

    private static Counter<long> Count(string name, string unit, string description) => Meter.CreateCounter<long>(name, unit, description);

    private static class Observed
    {
        public static readonly Instrument[] All =
        [
            UpDown("coordination.lock.holders", "{lock}", "Locks that are held now.", LiveSystems.Holders),
            UpDown("coordination.lock.waiters", "{request}", "Requests for locks that are not answered yet.", LiveSystems.Waiters),
            Meter.CreateObservableGauge("coordination.lease.remaining_validity", LiveSystems.Validity, "s", "How long the session lease is good without another renewal."),
            UpDown("coordination.election.terms", "{term}", "Elections that are led now.", LiveSystems.Terms),
            UpDown("coordination.service.registrations", "{instance}", "Instances that are registered or to be registered, by their state.", LiveSystems.Registrations),
            UpDown("coordination.service.views", "{view}", "Services that are followed, by the state of their view.", LiveSystems.Views),
            UpDown("coordination.service.view.size", "{instance}", "Instances in the views of services.", LiveSystems.ViewSizes),
        ];

        private static ObservableUpDownCounter<long> UpDown(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
            Meter.CreateObservableUpDownCounter(name, observe, unit, description);
    }
}
