using System.Threading.Channels;
using Coordination.Chaos;
using Coordination.Chaos.Workers;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Faults;

/// <summary>What happens when the process that holds or waits is killed, stopped, or starved of threads. It is a process of its own, on a real etcd.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class HolderProcessFaults : IAsyncLifetime
{
    private const string Key = "/job";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task A_holder_that_is_killed_is_replaced_within_the_TTL_and_a_second_by_one_with_a_larger_token()
    {
        await using var other = _etcd.StartSystem("other");
        await using var holder = Start(WorkerRole.Hold);
        var token = (await NextAsync(holder, ReportKind.Seen)).Token;
        var waiting = other.Lock(Key).AcquireAsync(Limit);
        var killedAt = Stamp.Now;

        await holder.KillAsync();
        await using var next = await waiting;

        // etcd looks for expired leases twice a second, and then it still has to agree on the revocation: half a second alone is its own.
        Assert.InRange(Stamp.Between(killedAt, Stamp.Now), TimeSpan.Zero, Ttl + TimeSpan.FromSeconds(1));
        Assert.True(next.Token > token);
    }

    [Fact]
    public async Task A_holder_that_is_stopped_for_less_than_half_its_TTL_stays_held_and_renews_again()
    {
        await using var holder = Start(WorkerRole.Hold);
        var token = (await NextAsync(holder, ReportKind.Seen)).Token;

        holder.Stop();
        await Stamp.PassAsync(Ttl * 0.4);
        holder.Continue();
        var resumedAt = Stamp.Now;

        // Seen held so long after it was resumed, it must have been renewed since.
        var later = await UntilAsync(holder, r => r.Kind != ReportKind.Seen || r.At > Stamp.After(resumedAt, Ttl));
        Assert.Equal(ReportKind.Seen, later.Kind);
        Assert.Equal(token, later.Token);
    }

    [Fact]
    public async Task A_holder_that_was_stopped_until_somebody_else_acquired_knows_at_once_that_it_lost_and_its_late_write_is_refused()
    {
        await using var other = _etcd.StartSystem("other");
        await using var etcd = _etcd.CreateClient();
        await using var holder = Start(WorkerRole.Hold);
        var token = (await NextAsync(holder, ReportKind.Seen)).Token;

        holder.Stop();
        await using var next = await other.Lock(Key).AcquireAsync(Limit);
        var resumedAt = Stamp.Now;
        holder.Continue();

        // What it had seen before it was stopped comes first. After that there is no claim, and it does not wait for any news to know it.
        var first = await UntilAsync(holder, r => r.Kind is ReportKind.Over or ReportKind.Told || r.At >= resumedAt);

        // The news and the answer of etcd come in any order.
        List<WorkerReport> reports = [first];
        while (!reports.Exists(r => r.Kind == ReportKind.Told) || !reports.Exists(r => r.Kind == ReportKind.Guarded))
        {
            reports.Add(await UntilAsync(holder, r => r.Kind is ReportKind.Told or ReportKind.Guarded));
        }

        var told = reports.Single(r => r.Kind == ReportKind.Told);
        Assert.Contains(first.Kind, new[] { ReportKind.Over, ReportKind.Told });
        Assert.InRange(Stamp.Between(resumedAt, told.At), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        Assert.Equal(nameof(LossReason.Expired), told.Text);
        Assert.Equal("no", reports.Single(r => r.Kind == ReportKind.Guarded).Text);
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(ChaosSettings.Data))).First);
        Assert.True(next.Token > token);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task With_every_thread_of_the_pool_blocked_a_holder_does_not_claim_past_its_deadline_and_is_told_within_50_ms_after_it()
    {
        await using var holder = Start(WorkerRole.Starve);

        var reports = new List<WorkerReport>();
        while (!reports.Exists(r => r.Kind == ReportKind.Told) || !reports.Exists(r => r.Kind == ReportKind.Deadline))
        {
            reports.Add(await UntilAsync(holder, _ => true));
        }

        var deadline = reports.Single(r => r.Kind == ReportKind.Deadline).At;
        var told = reports.Single(r => r.Kind == ReportKind.Told);

        // On the side of the thread that asks: a stamp is older than the answer, so none that is later than the deadline was answered with yes.
        Assert.All(reports.Where(r => r.Kind == ReportKind.Seen), seen => Assert.True(seen.At < deadline + Stamp.After(0, TimeSpan.FromMilliseconds(1))));
        Assert.Equal(nameof(LossReason.Expired), told.Text);
        Assert.InRange(Stamp.Between(deadline, told.At), TimeSpan.FromMilliseconds(-1), TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_hundred_callers_that_block_in_a_pool_of_ten_threads_are_told_their_timeouts_and_the_session_is_kept()
    {
        await using var other = _etcd.StartSystem("other");
        await using var held = await other.Lock(Key).AcquireAsync(Limit);
        await using var worker = Start(WorkerRole.Block);

        var answers = new List<WorkerReport>();
        while (answers.Count < 100)
        {
            answers.Add(await NextAsync(worker, ReportKind.Failed));
        }

        var own = await UntilAsync(worker, report => report.Kind is ReportKind.Seen or ReportKind.Over);

        Assert.All(answers, answer => Assert.Equal(nameof(LockTimeoutException), answer.Text));
        Assert.Equal(ReportKind.Seen, own.Kind);
    }

    [Fact]
    public async Task With_a_twentieth_of_a_processor_a_holder_never_believes_that_it_holds_what_somebody_else_has()
    {
        await using var other = _etcd.StartSystem("other");
        await using var holder = Start(WorkerRole.Hold);
        await NextAsync(holder, ReportKind.Seen);
        var waiting = other.Lock(Key).AcquireAsync(Limit);
        var otherHasIt = StampOf(waiting);

        await holder.StarveAsync(Ttl * 2);
        var healedAt = Stamp.Now;

        // Whether it could keep its lease so or not: what counts is who claims to hold. It looks all the time.
        var reports = new List<WorkerReport>();
        do
        {
            reports.Add(await UntilAsync(holder, _ => true));
        }
        while (reports[^1].Kind is not (ReportKind.Told or ReportKind.Over) && reports[^1].At < Stamp.After(healedAt, TimeSpan.FromSeconds(1)));
        if (reports[^1].Kind == ReportKind.Seen)
        {
            await holder.KillAsync();
        }

        var acquiredAt = await otherHasIt;
        await using var handle = await waiting;
        Assert.DoesNotContain(reports, r => r.Kind == ReportKind.Seen && r.At > acquiredAt);
    }

    [Fact]
    public async Task When_the_first_in_line_is_stopped_it_costs_its_TTL_and_then_the_next_one_takes_over()
    {
        await using var holder = _etcd.StartSystem("holder");
        await using var next = _etcd.StartSystem("next");
        await using var etcd = _etcd.CreateClient();
        var handle = await holder.Lock(Key).AcquireAsync(Limit);
        await using var head = WorkerProcess.Start(WorkerRole.Hold, "head", _etcd.Endpoint, Key, Ttl);
        await etcd.UntilCountAsync(Line, 1);
        head.Stop();
        var waiting = next.Lock(Key).AcquireAsync(Limit);
        await etcd.UntilCountAsync(Line, 2);
        var releasedAt = Stamp.Now;

        await handle.ReleaseAsync();
        await using var second = await waiting;

        Assert.InRange(Stamp.Between(releasedAt, Stamp.Now), TimeSpan.Zero, Ttl + TimeSpan.FromSeconds(2));
        Assert.True(second.IsHeld);
    }

    private static async Task<long> StampOf(Task acquiring)
    {
        await acquiring;
        return Stamp.Now;
    }

    private static KeyRange Line => KeyRange.Prefix("coordination/waiters/%2Fjob/");

    private WorkerProcess Start(WorkerRole role) => WorkerProcess.Start(role, "worker", _etcd.Endpoint, Key, Ttl);

    private static Task<WorkerReport> NextAsync(WorkerProcess worker, ReportKind kind) => UntilAsync(worker, r => r.Kind == kind);

    private static async Task<WorkerReport> UntilAsync(WorkerProcess worker, Func<WorkerReport, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            while (true)
            {
                var report = await worker.Reports.ReadAsync(limit.Token);
                if (condition(report))
                {
                    return report;
                }
            }
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"The worker ended: {worker.Errors}");
        }
    }
}
