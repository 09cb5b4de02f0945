using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.Locks.Line;

namespace Coordination.IntegrationTests.Samples;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class TerminationOnEmbedded(EmbeddedFixture fixture) : TerminationContract(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class TerminationOnRealEtcd(RealEtcdFixture fixture) : TerminationContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>A service that is stopped gives everything back in order, at once, and the next one takes over.</summary>
public abstract class TerminationContract(ServerFixture fixture)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task SIGTERM_to_a_service_that_is_registered_leads_and_holds_a_lock_frees_everything_in_order_within_two_seconds()
    {
        await using var etcd = fixture.Server.CreateClient();
        using var service = Start();
        await Task.WhenAll(service.PrintedAsync("Registered"), service.PrintedAsync("Holding"), service.PrintedAsync("Leading"));
        using var next = Start();
        await next.PrintedAsync("Registered");
        await etcd.UntilCountAsync(KeyRange.Prefix("/everything/election/"), 2);
        await etcd.UntilCountAsync(new TicketKeys(new LockOptions().WaitersPrefix, "/everything/lock").Everybody, 1);
        var leases = await etcd.ListLeasesAsync();
        var leader = (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/everything/election/")))).KeyValues.MinBy(kv => kv.CreateRevision)!.Key.ToString();
        var held = await etcd.GetAsync(new EtcdOp.Get("/everything/lock"));
        var lease = held.First!.Lease;

        var start = TimeProvider.System.GetTimestamp();
        service.Terminate();
        await Task.WhenAll(next.PrintedAsync("Holding"), next.PrintedAsync("Leading"));
        var taken = TimeProvider.System.GetElapsedTime(start);
        Assert.Equal(0, await service.EndAsync());
        var ended = TimeProvider.System.GetElapsedTime(start);

        // The instance first, then what rests on nobody's knowing of it; the lease last, when nothing is on it any more.
        var left = (await etcd.ListLeasesAsync()).ToHashSet();
        Assert.DoesNotContain(lease, left);
        Assert.True(leases.Length - left.Count >= 3, $"{leases.Length} leases before, {left.Count} after");
        var history = await EtcdHistory.ReadAsync(etcd, KeyRange.Prefix("/"), held.Header.Revision);
        var instance = history.Changes.First(change => change.IsDelete && change.Key == $"/services/everything/{service.Id}").Revision;
        var leading = history.Changes.First(change => change.IsDelete && change.Key == leader).Revision;
        var holding = history.Changes.First(change => change.Key == "/everything/lock").Revision;
        Assert.True(instance < leading && instance < holding, $"instance {instance}, leadership {leading}, lock {holding}");
        Assert.True(taken < Bound && ended < Bound, $"taken over after {taken}, ended after {ended}");

        next.Terminate();
        Assert.Equal(0, await next.EndAsync());
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/")) { CountOnly = true })).Count);
        Assert.Empty(await etcd.ListLeasesAsync());
    }

    private SampleProcess Start() =>
        new("Everything", "--Coordination:Embedded=false", $"--Coordination:Etcd:Endpoints={fixture.Server.Endpoint.GetLeftPart(UriPartial.Authority)}");
}
