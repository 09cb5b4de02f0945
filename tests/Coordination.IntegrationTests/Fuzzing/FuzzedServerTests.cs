using System.Collections.Concurrent;
using Coordination.Etcd;
using Coordination.IntegrationTests.Security;
using Coordination.IntegrationTests.Watches;
using Xunit.Abstractions;

namespace Coordination.IntegrationTests.Fuzzing;

/// <summary>
/// A server whose frames and messages are broken in every way there is: errors of a kind and new connections, never a crash, never a lease that is claimed for
/// longer than etcd keeps it, never an event that is missed. Row 37 of docs/faults.md.
/// </summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class FuzzedServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 11;
    private const int Calls = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly KeyRange Keys = KeyRange.Prefix("/fuzzed/");

    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<CoordinationErrorKind, int> _kinds = new();
    private RealEtcd _etcd = null!;
    private EtcdClient _direct = null!;
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _done;

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _direct = _etcd.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _direct.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task It_is_survived_without_a_crash_a_longer_deadline_or_a_missed_event()
    {
        void Unobserved(object? sender, UnobservedTaskExceptionEventArgs e) => _wrong.Enqueue($"unobserved: {e.Exception.InnerException}");
        TaskScheduler.UnobservedTaskException += Unobserved;
        using var log = new LogRecord();
        var fuzzer = new FrameFuzzer(Seed, rate: 0.06);
        await using var proxy = new FuzzProxy(_etcd.Endpoint, fuzzer);
        var options = new EtcdClientOptions
        {
            Endpoints = [proxy.Endpoint], RequestTimeout = TimeSpan.FromSeconds(1), WatchSilenceLimit = TimeSpan.FromSeconds(1), LoggerFactory = log,
        };
        await using var etcd = new EtcdClient(options);
        await using var system = CoordinationSystem.Start(new CoordinationOptions { SessionTtl = TimeSpan.FromSeconds(4), Etcd = options, LoggerFactory = log });
        await using var record = await WatchRecord.StartAsync(system.Watch(Keys, new KeyWatchOptions { BufferLimit = 100_000 }));
        using var stop = new CancellationTokenSource();

        fuzzer.IsOn = true;
        Task[] work =
        [
            CallAsync(n => etcd.PutAsync($"/fuzzed/{n % 5}", $"{n}"), stop.Token),
            CallAsync(n => etcd.GetAsync(Keys), stop.Token),
            CallAsync(n => etcd.If(When.Exists($"/fuzzed/{n % 5}")).Then(new EtcdOp.Get(Keys)).CommitAsync(), stop.Token),
            CallAsync(LeaseAsync(etcd), stop.Token),
            CallAsync(n => WatchAsync(etcd, n), stop.Token),
            CallAsync(n => LockAsync(system), stop.Token),
        ];
        await Task.WhenAll(fuzzer.Enough, _called.Task).WaitAsync(Limit);
        fuzzer.IsOn = false;
        await stop.CancelAsync();
        await Task.WhenAll(work).WaitAsync(Limit);

        // Then all is as if nothing had been.
        await using (var held = await system.Lock("/fuzzed-lock").AcquireAsync(Limit))
        {
            Assert.True(held.IsHeld);
        }

        var end = (await _direct.PutAsync("/fuzzed/end", "end")).Header.Revision;
        await record.UntilAsync(end);
        var history = (await EtcdHistory.ReadAsync(_direct, Keys)).Between(Revision.None, end);
        Assert.Equal(history.Select(Text), record.Told.OfType<WatchEvent.Changed>().SelectMany(told => told.Events).Select(Text));
        for (var n = 0; n < 3; n++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Unobserved;
        output.WriteLine($"{_done} calls; errors: {string.Join(", ", _kinds)}; broken: {string.Join(", ", fuzzer.Done)}");
        Assert.Empty(_wrong);
        Assert.DoesNotContain(log.Lines, line => line.Contains("actor failed", StringComparison.Ordinal));
        Assert.Contains(CoordinationErrorKind.ProtocolError, _kinds.Keys);
    }

    private static string Text(EtcdEvent change) => $"{change.Current.ModRevision} {change.Current.Key}={change.Current.Value}";

    /// <summary>Calls until it is stopped. What fails must fail as what it is.</summary>
    private async Task CallAsync(Func<int, Task> call, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            try
            {
                await call(n).WaitAsync(Limit, CancellationToken.None);
                if (Interlocked.Increment(ref _done) > Calls)
                {
                    _called.TrySetResult();
                }
            }
            catch (CoordinationException error)
            {
                _kinds.AddOrUpdate(error.Kind, 1, (_, count) => count + 1);
            }
            catch (Exception error)
            {
                _wrong.Enqueue(error.ToString());
            }
        }
    }

    /// <summary>A lease that is granted and renewed directly.</summary>
    private static Func<int, Task> LeaseAsync(EtcdClient etcd) => async _ =>
    {
        var granted = await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromSeconds(60), granted.Ttl);
        var renewed = await etcd.KeepAliveAsync(granted.Id, TimeSpan.FromSeconds(1));
        Assert.Equal((granted.Id, TimeSpan.FromSeconds(60)), (renewed.Id, renewed.Ttl));
        await etcd.RevokeLeaseAsync(granted.Id);
    };

    /// <summary>A raw watch that sees a change of its own, or its end.</summary>
    private async Task WatchAsync(EtcdClient etcd, int n)
    {
        using var probe = new WatchProbe(etcd, new EtcdWatchSpec($"/fuzzed-watch/{n}", Revision.None));
        if (await probe.UntilAsync(signal => signal is EtcdWatchSignal.Created or EtcdWatchSignal.Ended) is EtcdWatchSignal.Created)
        {
            await _direct.PutAsync($"/fuzzed-watch/{n}", "v");
            await probe.UntilAsync(signal => signal is EtcdWatchSignal.Changes or EtcdWatchSignal.Ended);
        }
    }

    /// <summary>A lock, whose claim is held against what etcd says of its lease: it must end before that.</summary>
    private async Task LockAsync(CoordinationSystem system)
    {
        await using var handle = await system.Lock("/fuzzed-lock").AcquireAsync(TimeSpan.FromSeconds(10));
        var claimed = handle.ValidFor;
        var lease = await _direct.GetLeaseAsync(handle.Lease);

        // etcd tells whole seconds, rounded down, and a moment later.
        if (claimed > lease.Remaining + TimeSpan.FromSeconds(1))
        {
            _wrong.Enqueue($"claimed for {claimed}, and etcd keeps the lease for {lease.Remaining}");
        }
    }
}
