using Coordination.Etcd;

namespace Coordination.Chaos.Workers;

/// <summary>Uses the lock and tells what it sees of it. Stamps that prove a claim are taken before IsHeld is asked: see <see cref="ReportKind.Seen"/>.</summary>
internal sealed class Worker(string name, Uri etcd, string key, TimeSpan ttl, int seed)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan BlockedFor = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _lock = new();

    public async Task RunAsync(WorkerRole role, CancellationToken stop)
    {
        await using (var system = CoordinationSystem.Start(new CoordinationOptions
        {
            Owner = name,
            SessionTtl = ttl,
            Etcd = new EtcdClientOptions { Endpoints = [etcd], RequestTimeout = TimeSpan.FromSeconds(1) },
        }))
        {
            try
            {
                await system.WaitUntilReadyAsync(TimeSpan.FromMinutes(5), stop);
                Tell(ReportKind.Ready);
                await (role switch
                {
                    WorkerRole.Compete => CompeteAsync(system, stop),
                    WorkerRole.Hold => HoldAsync(system, stop),
                    WorkerRole.Block => BlockAsync(system, stop),
                    _ => StarveAsync(system, stop),
                });
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to end.
            }
        }

        Tell(ReportKind.Ended);
    }

    private async Task CompeteAsync(CoordinationSystem system, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Tell(ReportKind.Asked);
                if (await AcquireAsync(system, stop) is { } handle)
                {
                    // Mostly for a moment, so that there are many hand-overs; now and then for so long that a fault meets a holder.
                    await UseAsync(system, handle, _random.Next(10) == 0 ? ttl * (1.5 * _random.NextDouble()) : TimeSpan.FromMilliseconds(_random.Next(50)));
                }
            }
            catch (CoordinationException error)
            {
                Tell(ReportKind.Failed, 0, error.Kind.ToString());
                await Stamp.PassAsync(TimeSpan.FromMilliseconds(100), stop);
            }
        }
    }

    /// <summary>Mostly by waiting, sometimes by a try, and sometimes by a wait that is given up, at any moment of it.</summary>
    private async Task<ILockHandle?> AcquireAsync(CoordinationSystem system, CancellationToken stop)
    {
        var mutex = system.Lock(key);
        switch (_random.Next(10))
        {
            case 0:
                return await mutex.TryAcquireAsync(stop);
            case 1:
                return await mutex.TryAcquireAsync(TimeSpan.FromMilliseconds(_random.Next(1, 500)), stop);
            case 2:
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(stop))
                {
                    patience.CancelAfter(_random.Next(500));
                    try
                    {
                        return await mutex.AcquireAsync(null, patience.Token);
                    }
                    catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                    {
                        return null;
                    }
                }

            default:
                return await mutex.AcquireAsync(null, stop);
        }
    }

    /// <summary>Holds for a while, writes, releases, and writes once more as somebody who does not know that it is over.</summary>
    private async Task UseAsync(CoordinationSystem system, ILockHandle handle, TimeSpan hold)
    {
        handle.Lost.UnsafeRegister(_ => Tell(ReportKind.Told, handle.Token, handle.LossReason.ToString()!), null);
        var end = Stamp.After(Stamp.Now, hold);
        var write = GuardedWriteAsync(system, handle);
        Tell(ReportKind.Write, handle.Token);
        while (SeesItHeld(handle) && Stamp.Now < end)
        {
            await Stamp.PassAsync(Poll);
        }

        await handle.DisposeAsync();
        Tell(ReportKind.Released, handle.Token);
        await write;
        await GuardedWriteAsync(system, handle);
        Tell(ReportKind.Write, handle.Token, "late");
    }

    private async Task HoldAsync(CoordinationSystem system, CancellationToken stop)
    {
        await using var handle = await system.Lock(key).AcquireAsync(null, stop);
        handle.Lost.UnsafeRegister(_ => Tell(ReportKind.Told, handle.Token, handle.LossReason.ToString()!), null);
        while (SeesItHeld(handle))
        {
            await Stamp.PassAsync(Poll, stop);
        }

        // The first request of a process that stood still can meet a connection that has ended meanwhile. The guard holds for each attempt.
        while (!await GuardedWriteAsync(system, handle))
        {
            await Stamp.PassAsync(Poll, stop);
        }

        await Stamp.PassAsync(Timeout.InfiniteTimeSpan, stop);
    }

    /// <summary>From a thread of its own, because the pool's are all blocked.</summary>
    private async Task StarveAsync(CoordinationSystem system, CancellationToken stop)
    {
        var handle = await system.Lock(key).AcquireAsync(null, stop);
        handle.Lost.UnsafeRegister(_ => Tell(ReportKind.Told, handle.Token, handle.LossReason.ToString()!), null);
        var over = new ManualResetEventSlim();
        var witness = new Thread(() =>
        {
            // Blocked threads make the pool add more, a few each second: these are for them.
            for (var n = 0; n < 10_000; n++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => over.Wait(CancellationToken.None), null);
            }

            using var pause = new ManualResetEventSlim();
            var deadline = 0L;
            for (var (at, left) = (Stamp.Now, handle.ValidFor); SeesItHeld(handle); (at, left) = (Stamp.Now, handle.ValidFor))
            {
                // The stamp is older than the answer: this is the deadline at the latest reading, or a little earlier.
                deadline = left > TimeSpan.Zero ? Math.Max(deadline, Stamp.After(at, left)) : deadline;
                pause.Wait(Poll);
            }

            Tell(ReportKind.Deadline, handle.Token, at: deadline);
        });
        witness.Start();
        await Stamp.PassAsync(Timeout.InfiniteTimeSpan, stop);
    }

    private async Task BlockAsync(CoordinationSystem system, CancellationToken stop)
    {
        const int threads = 10;
        const int callers = 100;
        var handle = await system.Lock(key + "/own").AcquireAsync(null, stop);
        ThreadPool.SetMinThreads(threads, threads);
        ThreadPool.SetMaxThreads(threads, threads);
        using var answered = new CountdownEvent(callers);
        for (var n = 0; n < callers; n++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    try
                    {
#pragma warning disable RS0030 // What is tried here is what callers do that should not.
                        system.Lock(key).AcquireAsync(BlockedFor, stop).GetAwaiter().GetResult();
#pragma warning restore RS0030
                    }
                    catch (Exception error) when (error is CoordinationException or LockTimeoutException)
                    {
                        Tell(ReportKind.Failed, 0, error.GetType().Name);
                    }

                    answered.Signal();
                },
                null);
        }

        answered.Wait(stop);
        SeesItHeld(handle);
        await Stamp.PassAsync(Timeout.InfiniteTimeSpan, stop);
    }

    private bool SeesItHeld(ILockHandle handle)
    {
        var at = Stamp.Now;
        var isHeld = handle.IsHeld;
        Tell(isHeld ? ReportKind.Seen : ReportKind.Over, handle.Token, handle.LossReason?.ToString() ?? "", at);
        return isHeld;
    }

    /// <returns>Whether it is known what became of it.</returns>
    private async Task<bool> GuardedWriteAsync(CoordinationSystem system, ILockHandle handle)
    {
        try
        {
            var written = await system.Etcd.TxnAsync(new EtcdOp.Txn
            {
                If = [handle.Guard],
                Then = [new EtcdOp.Put(ChaosSettings.Data, handle.Token.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            });
            Tell(ReportKind.Guarded, handle.Token, written.Succeeded ? "yes" : "no");
            return true;
        }
        catch (EtcdException)
        {
            // Whether it was written is not known; what etcd holds in the end tells.
            return false;
        }
    }

    private void Tell(ReportKind kind, long token = 0, string text = "", long? at = null)
    {
        var line = System.Text.Encoding.UTF8.GetBytes(new WorkerReport(kind, token, at ?? Stamp.Now, text) + "\n");
        lock (_lock)
        {
            try
            {
                _output.Write(line);
            }
            catch (IOException)
            {
                // Nobody listens any more: the run is over.
            }
        }
    }
}
