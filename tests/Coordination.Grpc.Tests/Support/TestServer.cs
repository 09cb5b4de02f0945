using System.Net;
using Coordination.Grpc.Server;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Grpc.Tests.Support;

/// <summary>A Kestrel server on a free loopback port, with the endpoints of one test. Disposing it aborts what is open.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, Uri address, LogCapture logs)
    {
        _app = app;
        Address = address;
        Logs = logs;
    }

    public Uri Address { get; }

    public LogCapture Logs { get; }

    public static async Task<TestServer> StartAsync(Action<IEndpointRouteBuilder> map, Action<ListenOptions>? listen = null)
    {
        var logs = new LogCapture();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.AddProvider(logs);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcLimits();
            kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            });
        });
        var app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return new TestServer(app, new Uri(addresses.Single()), logs);
    }

    public static Task<TestServer> UnaryAsync(
        Func<StringValue, GrpcServerContext, ValueTask<StringValue>> handler, GrpcServerOptions? options = null) =>
        StartAsync(app => app.MapGrpcUnary(TestMethods.Unary, handler, options));

    public static Task<TestServer> DuplexAsync(
        Func<GrpcRequestReader<StringValue>, GrpcResponseWriter<StringValue>, GrpcServerContext, Task> handler, GrpcServerOptions? options = null) =>
        StartAsync(app => app.MapGrpcDuplex(TestMethods.Duplex, handler, options));

    /// <summary>A server that answers both test methods with whatever the test writes.</summary>
    public static Task<TestServer> AnsweringAsync(RequestDelegate answer) => StartAsync(app =>
    {
        app.MapPost(TestMethods.Unary.Path, answer);
        app.MapPost(TestMethods.Duplex.Path, answer);
    });

    public GrpcChannel Connect(GrpcChannelOptions? options = null) => new(Address, options);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
