using System.Globalization;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Embedded.Bench;

/// <summary>
/// What a busy service does to its etcd: 1,000 clients with ten leases and ten watches each, and so many writes a second (5,000 unless told), each
/// to a key that one of them watches. The history is compacted every five seconds, as production does it. Prints memory and thread pool as they go.
/// </summary>
internal sealed class Load(Uri endpoint, TimeSpan duration, int writesPerSecond)
{
    private const int Clients = 1000;
    private const int LeasesPerClient = 10;
    private const int WatchesPerClient = 10;
    private const int Channels = 16;

    private readonly Latencies _writes = new();
    private readonly Latencies _events = new();
    private long _revision;
    private long _seen;

    private static TimeProvider Clock => TimeProvider.System;

    public async Task RunAsync()
    {
        GrpcChannel[] channels = [.. Enumerable.Range(0, Channels).Select(_ => GrpcChannel.ForAddress(endpoint))];
        using var stop = new CancellationTokenSource();
        var clients = new Task[Clients];
        for (var i = 0; i < Clients; i++)
        {
            var channel = channels[i % Channels];
            var leases = new List<long>();
            for (var lease = 0; lease < LeasesPerClient; lease++)
            {
                leases.Add((await new Lease.LeaseClient(channel).LeaseGrantAsync(new LeaseGrantRequest { TTL = 30 })).ID);
            }

            clients[i] = Task.WhenAll(RenewAsync(channel, leases, stop.Token), WatchAsync(channel, i, stop.Token));
        }

        Console.WriteLine($"  {Clients} clients, {Clients * LeasesPerClient} leases, {Clients * WatchesPerClient} watches are up");
        var start = Clock.GetTimestamp();
        var reporting = ReportAsync(start, channels[0], stop.Token);
        await WriteAsync(channels, start);
        var seconds = Clock.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll([reporting, .. clients]);
        Console.WriteLine($"  {_writes.Count / seconds:0} writes/s, {_writes}; {_seen / seconds:0} events/s, from write to event {_events}");
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        Console.WriteLine($"  {GC.GetTotalMemory(forceFullCollection: true) / 1_000_000} MB are left");
    }

    private static async Task RenewAsync(GrpcChannel channel, List<long> leases, CancellationToken stop)
    {
        try
        {
            using var call = new Lease.LeaseClient(channel).LeaseKeepAlive(cancellationToken: stop);
            while (true)
            {
                foreach (var lease in leases)
                {
                    await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = lease }, stop);
                    if (!await call.ResponseStream.MoveNext(stop) || call.ResponseStream.Current.TTL == 0)
                    {
                        throw new InvalidOperationException($"Lease {lease} was lost.");
                    }
                }

                await Task.Delay(TimeSpan.FromSeconds(10), Clock, stop);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }

    private static ByteString Key(int client, int number) => ByteString.CopyFromUtf8($"/bench/load/{client}/{number}");

    private async Task WatchAsync(GrpcChannel channel, int client, CancellationToken stop)
    {
        try
        {
            using var call = new Watch.WatchClient(channel).Watch(cancellationToken: stop);
            for (var i = 0; i < WatchesPerClient; i++)
            {
                await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Key(client, i) } }, stop);
            }

            await foreach (var response in call.ResponseStream.ReadAllAsync(stop))
            {
                foreach (var e in response.Events)
                {
                    Interlocked.Increment(ref _seen);
                    _events.Add(Clock.GetElapsedTime(long.Parse(e.Kv.Value.ToStringUtf8(), CultureInfo.InvariantCulture)));
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }

    // Writes come in a fixed rhythm whether the server keeps up or not; at most so many are under way at once.
    private async Task WriteAsync(GrpcChannel[] channels, long start)
    {
        var random = new Random(1);
        using var underWay = new SemaphoreSlim(2000);
        var pending = new List<Task>();
        for (var sent = 0L; Clock.GetElapsedTime(start) < duration;)
        {
            var due = (long)(Clock.GetElapsedTime(start).TotalSeconds * writesPerSecond);
            for (; sent < due; sent++)
            {
                await underWay.WaitAsync();
                pending.Add(PutAsync(channels[sent % Channels], Key(random.Next(Clients), random.Next(WatchesPerClient)), underWay));
            }

            pending.RemoveAll(static task => task.IsCompletedSuccessfully);
            await Task.Delay(TimeSpan.FromMilliseconds(5), Clock);
        }

        await Task.WhenAll(pending);
    }

    private async Task PutAsync(GrpcChannel channel, ByteString key, SemaphoreSlim underWay)
    {
        try
        {
            var begin = Clock.GetTimestamp();
            var value = ByteString.CopyFromUtf8(begin.ToString(CultureInfo.InvariantCulture));
            var reply = await new KV.KVClient(channel).PutAsync(new PutRequest { Key = key, Value = value });
            _writes.Add(Clock.GetElapsedTime(begin));
            Interlocked.Exchange(ref _revision, reply.Header.Revision);
        }
        finally
        {
            underWay.Release();
        }
    }

    private async Task ReportAsync(long start, GrpcChannel channel, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), Clock, stop);
                Console.WriteLine(
                    $"  {Clock.GetElapsedTime(start).TotalSeconds,4:0} s: {_writes.Count,7} writes, {Interlocked.Read(ref _seen),7} events, "
                    + $"{GC.GetTotalMemory(forceFullCollection: false) / 1_000_000} MB, "
                    + $"{ThreadPool.ThreadCount} threads, {ThreadPool.PendingWorkItemCount} waiting");
                await new KV.KVClient(channel).CompactAsync(new CompactionRequest { Revision = Interlocked.Read(ref _revision) }, cancellationToken: stop);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }
}
