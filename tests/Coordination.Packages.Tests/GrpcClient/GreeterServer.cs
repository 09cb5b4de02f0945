using System.Buffers.Binary;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Packages.Tests.GrpcClient;

/// <summary>A gRPC service of one method that answers with the name of its server; gRPC by hand, so that there is nothing to generate.</summary>
internal sealed class GreeterServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GreeterServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<GreeterServer> StartAsync(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapPost("/greeter.Greeter/Hello", async (HttpContext call) =>
        {
            await call.Request.Body.CopyToAsync(Stream.Null);
            call.Response.ContentType = "application/grpc";
            var message = Encoding.UTF8.GetBytes(name);
            var head = new byte[5];
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), message.Length);
            await call.Response.Body.WriteAsync((byte[])[.. head, .. message]);
            call.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return new GreeterServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>What a client that was generated for it would be.</summary>
internal sealed class GreeterClient(CallInvoker invoker)
{
    private static readonly Marshaller<string> Text = new(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);
    private static readonly Method<string, string> Hello = new(MethodType.Unary, "greeter.Greeter", "Hello", Text, Text);

    public async Task<string> HelloAsync(string who = "you")
    {
        using var call = invoker.AsyncUnaryCall(Hello, null, new CallOptions(), who);
        return await call.ResponseAsync;
    }
}
