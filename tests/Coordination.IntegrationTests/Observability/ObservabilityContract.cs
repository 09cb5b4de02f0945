using System.Diagnostics;
using System.Text.RegularExpressions;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Observability;

public sealed class ObservabilityOnEmbedded(EmbeddedFixture fixture) : ObservabilityContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ObservabilityOnRealEtcd(RealEtcdFixture fixture) : ObservabilityContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Every metric and every span of docs/observability.md arrives, with the tags that the page names.</summary>
public abstract partial class ObservabilityContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly ActivitySource Caller = new("test");
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "observability.md"));

    private readonly string _name = $"o{Guid.NewGuid():N}";

    [Fact]
    public async Task Each_metric_of_the_page_is_measured_with_the_tags_of_the_page()
    {
        await using var proxy = TcpProxy.To(fixture.Server.Endpoint);
        using var recording = new Recording(_name, proxy.Endpoint.Port);
        await using var system = Start(proxy.Endpoint);
        await system.WaitUntilReadyAsync(Limit);
        await UseEverythingAsync(system, proxy, recording);
        recording.Observe();

        Assert.All(Row().Matches(Page), row =>
        {
            var (instrument, tags) = (row.Groups[1].Value, Tag().Matches(row.Groups[2].Value).Select(t => t.Groups[1].Value).Append("coordination.system").ToHashSet());
            var measured = recording.Of(instrument);
            Assert.True(measured.Count > 0, $"{instrument} was not measured.");
            Assert.All(measured, m => Assert.Subset(tags, m.Keys.ToHashSet()));
            Assert.All(tags.Where(t => t is not ("error.type" or "coordination.system")), tag => Assert.Contains(measured, m => m.ContainsKey(tag)));
        });
        Assert.Contains(recording.Of("coordination.lock.lost"), m => Equals(m["coordination.reason"], "key_deleted"));
        Assert.Contains(recording.Of("coordination.lock.acquire.duration"), m => Equals(m["coordination.outcome"], "not_acquired"));
        Assert.Contains(recording.Of("coordination.lock.wait.duration"), m => Equals(m["coordination.outcome"], "acquired"));
        Assert.Contains(recording.Of("coordination.election.lost"), m => Equals(m["coordination.reason"], "key_deleted"));
        Assert.Contains(recording.Of("coordination.watch.resyncs"), m => Equals(m["coordination.reason"], "compacted"));
    }

    [Fact]
    public async Task Spans_lead_from_the_caller_through_the_actors_to_etcd()
    {
        using var recording = new Recording(_name, fixture.Server.Endpoint.Port);
        await using var system = Start(fixture.Server.Endpoint);
        await system.WaitUntilReadyAsync(Limit);
        Activity request;
        using (request = Caller.StartActivity("request")!)
        {
            await using (await system.Lock($"/{_name}/lock").AcquireAsync(Limit))
            {
            }

            await using (await system.Semaphore($"/{_name}/semaphore", 2).AcquireAsync(timeout: Limit))
            {
            }

            var term = await system.Election($"/{_name}/election").CampaignAsync("me");
            await term.ProclaimAsync("still me");
            await term.TransferAsync("nobody of that name");
            await term.ResignAsync();
        }

        var spans = recording.Spans.Where(span => span.TraceId == request.TraceId).ToList();
        Assert.All(spans.Where(s => s.Source.Name == "Coordination"), span => Assert.Contains(SpanRow().Matches(Page), row =>
            span.OperationName.StartsWith(row.Groups[1].Value, StringComparison.Ordinal)
            && span.TagObjects.All(tag => tag.Key == "error.type" || row.Groups[2].Value.Contains($"`{tag.Key}`", StringComparison.Ordinal))));
        Assert.All(SpanRow().Matches(Page), row => Assert.Contains(spans, span => span.OperationName.StartsWith(row.Groups[1].Value, StringComparison.Ordinal)));
        Assert.All(spans.Where(s => s.OperationName.Contains(' ', StringComparison.Ordinal)), span =>
        {
            Assert.Equal(request.SpanId, span.ParentSpanId);
            Assert.Contains(spans, child => child.ParentSpanId == span.SpanId && child.OperationName == "etcdserverpb.KV/Txn" && child.Kind == ActivityKind.Client);
        });
    }

    private CoordinationSystem Start(Uri endpoint) => CoordinationSystem.Start(new CoordinationOptions
    {
        Name = _name, SessionTtl = TimeSpan.FromSeconds(2), Etcd = new EtcdClientOptions { Endpoints = [endpoint] },
    });

    private async Task UseEverythingAsync(CoordinationSystem system, TcpProxy proxy, Recording recording)
    {
        Bytes key = $"/{_name}/lock";
        await using (await system.ReaderWriterLock(key.ToString()).AcquireReadAsync(Limit))
        {
            Assert.Null(await system.ReaderWriterLock(key.ToString()).TryAcquireWriteAsync());
        }

        // A waiter, a refused try, and a holder whose key somebody deletes.
        var held = await system.Lock(key.ToString()).AcquireAsync(Limit);
        var waiting = system.Lock(key.ToString()).AcquireAsync(Limit);
        Assert.Null(await system.Lock(key.ToString()).TryAcquireAsync());
        recording.Observe();
        await system.Etcd.DeleteAsync(new EtcdOp.Delete(key));
        await held.Lost.CancelledAsync();
        await (await waiting).DisposeAsync();

        var term = await system.Election($"/{_name}/election").CampaignAsync("me");
        await system.Etcd.DeleteAsync(new EtcdOp.Delete(term.Key));
        await term.Lost.CancelledAsync();

        await using var registration = system.Register(new ServiceInstance { Service = _name, Host = "127.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        using var discovery = system.Discover(_name);
        await discovery.WaitForViewAsync(Limit);
        recording.Observe();

        // A history that is cut, a connection that is cut, a lease that is taken away.
        var put = await system.Etcd.PutAsync(new EtcdOp.Put($"/{_name}/key", "1"));
        await system.Etcd.CompactAsync(put.Header.Revision);
        await foreach (var told in system.Watch($"/{_name}/key", new KeyWatchOptions { From = new Revision(1) }))
        {
            if (told is WatchEvent.Resynced)
            {
                proxy.CutAll();
            }
            else if (told is WatchEvent.Resumed)
            {
                break;
            }
        }

        await using var last = await system.Lock(key.ToString()).AcquireAsync(Limit);
        await system.Etcd.RevokeLeaseAsync(last.Lease);
        await last.Lost.CancelledAsync();
        await system.WaitUntilReadyAsync(Limit);
        while (recording.Of("coordination.lease.lost").Count == 0 || recording.Of("coordination.etcd.reconnects").Count == 0)
        {
            await system.Etcd.PutAsync(new EtcdOp.Put($"/{_name}/key", "2"));
        }
    }

    [GeneratedRegex(@"(?m)^\| `(coordination\.[a-z._]+)` \| \w+ \| `[^`]+` \|([^|]*)\|")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Tag();

    [GeneratedRegex(@"(?m)^\| `([a-z.]+(?: [a-z]+)?)(?:…/…)?`[^|]* \| (?:internal|client) \| (.*) \|$")]
    private static partial Regex SpanRow();
}
