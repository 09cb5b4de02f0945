using Coordination.Embedded.Server.Health;
using Coordination.Embedded.Tests.Differential;
using Grpc.Core;
using Wire = Coordination.Embedded.Server.Messages;

namespace Coordination.Embedded.Tests.Services;

/// <summary>The standard health service, which probes ask.</summary>
public sealed class HealthComparisonTests : SideBySide
{
    [Fact]
    public async Task The_server_serves_and_no_other_name_is_known()
    {
        foreach (var side in new[] { Embedded, Real })
        {
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await CheckAsync(side, "")).Status);
            var refusal = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(side, "etcdserverpb.KV"));
            Assert.Equal((StatusCode.NotFound, "unknown service"), (refusal.StatusCode, refusal.Status.Detail));
        }
    }

    [Theory]
    [InlineData("", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("etcdserverpb.KV", HealthCheckResponse.Types.ServingStatus.ServiceUnknown)]
    internal async Task Who_watches_is_told_the_state_at_once(string service, HealthCheckResponse.Types.ServingStatus expected)
    {
        foreach (var side in new[] { Embedded, Real })
        {
            using var call = side.Channel.CreateCallInvoker().AsyncServerStreamingCall(
                Method(MethodType.ServerStreaming, "Watch"), null, Side.Options(), new HealthCheckRequest { Service = service });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(expected, call.ResponseStream.Current.Status);
        }
    }

    private static async Task<HealthCheckResponse> CheckAsync(Side side, string service) => await side.Channel.CreateCallInvoker()
        .AsyncUnaryCall(Method(MethodType.Unary, "Check"), null, Side.Options(), new HealthCheckRequest { Service = service });

    private static Method<HealthCheckRequest, HealthCheckResponse> Method(MethodType type, string name) =>
        new(type, "grpc.health.v1.Health", name, Wire.Marshaller<HealthCheckRequest>(), Wire.Marshaller<HealthCheckResponse>());
}
