using Coordination;
using Coordination.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SameInCSharp;

internal sealed class GreeterService : Greeter.GreeterBase
{
    public override Task<HelloResponse> SayHello(HelloRequest request, ServerCallContext context)
    {
        Console.WriteLine(request.Msg);
        return Task.FromResult(new HelloResponse { Msg = "Hello Client" });
    }

    public static async Task ServeAsync()
    {
        // <greeterserver>
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(8080, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddCoordination().RegisterService(
            "greeter",
            instance => instance with { Host = "localhost", Scheme = "grpc" },
            new RegistrationOptions { Layout = ServiceLayout.FourField() });
        var app = builder.Build();
        app.MapGrpcService<GreeterService>();
        await app.RunAsync();

        // </greeterserver>
    }

    public static async Task CallAsync(CancellationToken stop)
    {
        // <greeterclient>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        var discovery = new DiscoveryOptions { Layout = ServiceLayout.FourField() };
        await using var balancer = new ServiceBalancer(coordination, new BalancingOptions { Discovery = discovery });
        using var channel = GrpcChannel.ForAddress("http://greeter", new GrpcChannelOptions { HttpHandler = balancer.CreateHandler(new SocketsHttpHandler()) });
        var greeter = new Greeter.GreeterClient(channel);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Console.WriteLine((await greeter.SayHelloAsync(new HelloRequest { Msg = "Hello Service" }, cancellationToken: stop)).Msg);
                await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, stop);
            }
            catch (RpcException error)
            {
                Console.WriteLine(error.Status.Detail);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C
            }
        }

        // </greeterclient>
    }
}
