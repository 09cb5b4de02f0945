// A gRPC service, as many of them as you like: found by name, one at a time for each order, one that cleans up, with health and metrics.
using Coordination;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using OpenTelemetry.Metrics;
using OrdersService;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd().AddGrpcResolver().RegisterService("orders");    // the first address: that of gRPC
builder.Services.AddLeaderOnlyService<Cleaner>("/orders/cleaner");
builder.Services.AddHealthChecks().AddCoordination();
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddCoordinationInstrumentation().AddPrometheusExporter());
builder.Services.AddGrpc();
builder.Services.AddGrpcClient<Orders.OrdersClient>(client => client.Address = new Uri("etcd:///orders")).ConfigureChannel(channel =>
{
    channel.Credentials = ChannelCredentials.Insecure;
    channel.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
});

var app = builder.Build();
app.MapGrpcService<OrdersApi>();
app.MapHealthChecks("/ready");
app.MapPrometheusScrapingEndpoint();
app.MapPost("/orders/{id}", async (string id, Orders.OrdersClient orders, CancellationToken stop) =>
{
    var taken = await orders.TakeAsync(new Order { Id = id }, cancellationToken: stop);
    return $"order {id} taken by {taken.By}, token {taken.Token}";
});
await app.RunAsync();
