using System.Globalization;
using Coordination;
using Coordination.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SameInCSharp;

internal sealed class GreetService(IConfiguration configuration) : Greet.GreetBase
{
    private static readonly ServiceLayout Layout = ServiceLayout.Plain("/ns/{service}/{address}");

    private string From => $"127.0.0.1:{configuration["Port"]}";

    public override Task<GreetResponse> Morning(GreetRequest request, ServerCallContext context) =>
        Task.FromResult(new GreetResponse { Message = $"Good morning, {request.Name}", From = From });

    public override Task<GreetResponse> Night(GreetRequest request, ServerCallContext context) =>
        Task.FromResult(new GreetResponse { Message = $"Good night, {request.Name}", From = From });

    public static async Task ServeAsync(string port)
    {
        // <greetserver>
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Port"] = port;
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(int.Parse(port, CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddCoordination().RegisterService(
            "greet_service", instance => instance with { Host = "127.0.0.1", Scheme = null }, new RegistrationOptions { Layout = Layout });     // an address alone has no scheme
        var app = builder.Build();
        app.MapGrpcService<GreetService>();
        await app.RunAsync();

        // </greetserver>
    }

    public static async Task CallAsync(CancellationToken stop)
    {
        // <greetclient>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        await using var balancer = new ServiceBalancer(
            coordination, new BalancingOptions { Policy = BalancingPolicy.RoundRobin, Discovery = new DiscoveryOptions { Layout = Layout } });
        using var channel = GrpcChannel.ForAddress("http://greet_service", new GrpcChannelOptions { HttpHandler = balancer.CreateHandler(new SocketsHttpHandler()) });
        var greet = new Greet.GreetClient(channel);
        for (var i = 0; i < 3; i++)
        {
            var morning = await greet.MorningAsync(new GreetRequest { Name = "JetWu" }, cancellationToken: stop);
            Console.WriteLine($"{morning.Message}, from {morning.From}");
            var night = await greet.NightAsync(new GreetRequest { Name = "JetWu" }, cancellationToken: stop);
            Console.WriteLine($"{night.Message}, from {night.From}");
        }

        // </greetclient>
    }
}
