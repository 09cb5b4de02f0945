using System.CommandLine;
using System.Net;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cron;
using Coordination.Demo.Services;

namespace Coordination.Demo.Greeter.Serve;

/// <summary>The command <c>greeter serve</c>.</summary>
internal sealed class ServeCommand(EtcdConnection connection)
{
    private readonly InstanceOptions _instance = new();
    private readonly Option<string> _service = new("--service") { Description = "The name it registers under.", HelpName = "name", DefaultValueFactory = _ => "greeter" };
    private readonly Option<int> _port = CronOptions.Number("--port", 0, 0, 65_535, "The port; 0: the system chooses one.");
    private readonly Option<string> _host = new("--host")
    {
        Description = "The address for callers. Default 127.0.0.1; then it listens only there. With another address it listens on all.",
        HelpName = "host",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<Duration> _work = CronOptions.Span("--work", TimeSpan.Zero, 0, 60, "How long each greeting takes.");
    private readonly Option<Duration> _warmUp = CronOptions.Span("--warm-up", TimeSpan.Zero, 0, 3600, "How long it says that it is starting before it serves.");
    private readonly Option<Duration> _drain = CronOptions.Span("--drain", TimeSpan.FromSeconds(10), 0.1, 15, "How long calls in flight may take when it ends.");

    public Command Create()
    {
        var command = new Command(
            "serve",
            """
            Serves the gRPC service coordination.demo.Greeter (SayHello, Morning, Night), registers itself, and stays registered whatever happens to etcd.
            Ctrl-C or SIGTERM: it says that it is draining, finishes the calls in flight, deregisters, and ends.

            Examples:
              coordination greeter serve --etcd http://127.0.0.1:2379
              coordination greeter serve --etcd http://127.0.0.1:2379 --port 5001 --weight 300 --zone east
              coordination greeter serve --etcd http://127.0.0.1:2379 --layout plain:/services/{service}/{address} --ttl 3s

            Exit codes: 0 everything was given back, 1 calls were cut off, 2 wrong command line, 3 etcd or the port cannot be used.
            """);
        connection.RequireFor(command);
        foreach (var option in (Option[])[_service, _port, _host, _work, _warmUp, _drain])
        {
            command.Options.Add(option);
        }

        _instance.AddTo(command);
        command.SetAction((result, stopping) => connection.RunSystemAsync(
            result, new CoordinationOptions { SessionTtl = _instance.Ttl(result) }, system => ListenAsync(result, system, stopping), stopping));
        return command;
    }

    private async Task<int> ListenAsync(ParseResult result, CoordinationSystem system, CancellationToken stopping)
    {
        var host = result.GetRequiredValue(_host);
        var isLocal = host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        GreeterServer server;
        try
        {
            server = await GreeterServer.StartAsync(
                isLocal ? IPAddress.Loopback : IPAddress.Any, result.GetRequiredValue(_port), result.GetRequiredValue(_work).Value, result.GetRequiredValue(_drain).Value, stopping)
                .ConfigureAwait(false);
        }
        catch (IOException error)
        {
            await Console.Error.WriteLineAsync($"coordination: the port {result.GetRequiredValue(_port)} cannot be served: {error.Message}").ConfigureAwait(false);
            return ExitCode.Unavailable;
        }

        await using (server.ConfigureAwait(false))
        {
            var warmUp = result.GetRequiredValue(_warmUp).Value;
            var instance = _instance.Read(
                result, result.GetRequiredValue(_service), host, server.Port, warmUp > TimeSpan.Zero ? InstanceState.Starting : InstanceState.Serving, "grpc");
            server.Id = instance.Id;
            return await new ServeRun(system, server, new Lines(Console.Out)).RunAsync(instance, _instance.Registration(result), warmUp, stopping).ConfigureAwait(false);
        }
    }
}
