using Etcdserverpb;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Coordination.Embedded.Bench;

/// <summary>Pairs of acquire and release, each a transaction, every caller on a key of its own.</summary>
internal static class Pairs
{
    public static async Task RunAsync(Uri endpoint, int callers, TimeSpan duration)
    {
        using var channel = GrpcChannel.ForAddress(endpoint);
        var kv = new KV.KVClient(channel);
        var grant = await new Lease.LeaseClient(channel).LeaseGrantAsync(new LeaseGrantRequest { TTL = 600 });
        var latencies = new Latencies();
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(CallAsync));
        Console.WriteLine($"  {callers,4} callers: {latencies.Count / duration.TotalSeconds,8:0} pairs/s, {latencies}");

        async Task CallAsync(int caller)
        {
            var key = ByteString.CopyFromUtf8($"/bench/lock/{caller}");
            var absent = new Compare { Key = key, Target = Compare.Types.CompareTarget.Create };
            var acquire = new TxnRequest
            {
                Compare = { absent },
                Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Lease = grant.ID } } },
                Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } } },
            };
            while (TimeProvider.System.GetElapsedTime(start) < duration)
            {
                var begin = TimeProvider.System.GetTimestamp();
                var acquired = await kv.TxnAsync(acquire);
                var held = new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, ModRevision = acquired.Header.Revision };
                await kv.TxnAsync(new TxnRequest
                {
                    Compare = { held },
                    Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = key } } },
                });
                latencies.Add(TimeProvider.System.GetElapsedTime(begin));
            }
        }
    }
}
