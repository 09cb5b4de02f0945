using System.Collections.Immutable;
using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cron;
using Grpc.Net.Client;
using Spectre.Console;

namespace Coordination.Demo.Greeter.Call;

/// <summary>The command <c>greeter call</c>.</summary>
internal sealed class CallCommand(EtcdConnection connection)
{
    // The name in the channel's address; the balancer knows which service it stands for.
    private const string Host = "greeter";

    private static readonly TimeSpan ViewLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    private readonly Option<string> _service = new("--service") { Description = "The service to call.", HelpName = "name", DefaultValueFactory = _ => "greeter" };
    private readonly Option<string> _name = new("--name") { Description = "Who is greeted.", HelpName = "name", DefaultValueFactory = _ => "you" };
    private readonly Option<int> _count = CronOptions.Number("--count", 0, 0, 100_000_000, "How many calls; 0: until Ctrl-C.");
    private readonly Option<Duration> _interval = CronOptions.Span("--interval", TimeSpan.FromMilliseconds(200), 0, 3600, "From one call to the next; 0s: at once.");
    private readonly Option<int> _parallel = CronOptions.Number("--parallel", 1, 1, 1000, "How many callers there are.");
    private readonly Option<Duration> _timeout = CronOptions.Span("--timeout", TimeSpan.FromSeconds(5), 0.01, 3600, "How long a call may take, waiting and retries included.");
    private readonly Option<string> _policy = new("--policy")
    {
        Description = "How instances are chosen: round-robin, random, least-outstanding or weighted.",
        HelpName = "policy",
        DefaultValueFactory = _ => "round-robin",
    };

    private readonly Option<string?> _zone = new("--zone") { Description = "The zone to prefer while it has healthy instances.", HelpName = "zone" };
    private readonly Option<ServiceLayout> _layout = LayoutOption.Create();
    private readonly Option<bool> _json = new("--json") { Description = "A line of JSON for each call and each change, and one for the summary." };

    public Command Create()
    {
        _policy.AcceptOnlyFromAmong("round-robin", "random", "least-outstanding", "weighted");
        var command = new Command(
            "call",
            """
            Discovers the greeters and calls them in a loop through a gRPC channel that only knows their name: shows which instance answered, what was retried, and who
            came and went. A live table in a terminal, lines in a pipe.

            Examples:
              coordination greeter call --etcd http://127.0.0.1:2379
              coordination greeter call --etcd http://127.0.0.1:2379 --policy weighted --interval 10ms --name world
              coordination greeter call --etcd http://127.0.0.1:2379 --count 300 --interval 0s --json | tail -n 1 | jq .summary

            Exit codes: 0 no call failed, 1 calls failed, 2 wrong command line, 3 etcd cannot be used, 130 interrupted before --count.
            """);
        connection.RequireFor(command);
        foreach (var option in (Option[])[_service, _name, _count, _interval, _parallel, _timeout, _policy, _zone, _layout, _json])
        {
            command.Options.Add(option);
        }

        command.SetAction((result, stopping) => connection.RunSystemAsync(
            result, new CoordinationOptions { SessionTtl = Ttl }, system => RunAsync(result, system, stopping), stopping));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, CancellationToken stopping)
    {
        var settings = new CallSettings(
            result.GetRequiredValue(_service),
            result.GetRequiredValue(_name),
            result.GetRequiredValue(_count),
            result.GetRequiredValue(_interval).Value,
            result.GetRequiredValue(_parallel),
            result.GetRequiredValue(_timeout).Value);
        var discoveryOptions = new DiscoveryOptions { Layout = result.GetRequiredValue(_layout) };
        using var discovery = system.Discover(settings.Service, discoveryOptions);
        await discovery.WaitForViewAsync(ViewLimit, stopping).ConfigureAwait(false);
        var balancer = new ServiceBalancer(system, new BalancingOptions
        {
            Policy = Policy(result),
            Zone = result.GetValue(_zone),
            InstanceWait = settings.Timeout * 0.8,
            Services = ImmutableDictionary<string, string>.Empty.Add(Host, settings.Service),
            Discovery = discoveryOptions,

            // Greetings can be repeated; what is POST to HTTP cannot, unless somebody who knows says so.
            IsIdempotent = request => request.RequestUri!.AbsolutePath.StartsWith("/coordination.demo.Greeter/", StringComparison.Ordinal),
            OnAttempt = CallRun.Attempted,
        });
        await using (balancer.ConfigureAwait(false))
        {
            var handler = balancer.CreateHandler(new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(1),
                EnableMultipleHttp2Connections = true,
                UseProxy = false,
            });
            using var channel = GrpcChannel.ForAddress($"http://{Host}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
            return await new CallRun(settings, new Greeter.GreeterClient(channel), discovery, View(result, settings)).RunAsync(stopping).ConfigureAwait(false);
        }
    }

    private BalancingPolicy Policy(ParseResult result) => result.GetRequiredValue(_policy) switch
    {
        "random" => BalancingPolicy.Random,
        "least-outstanding" => BalancingPolicy.LeastOutstanding,
        "weighted" => BalancingPolicy.Weighted,
        _ => BalancingPolicy.RoundRobin,
    };

    private ICallView View(ParseResult result, CallSettings settings) =>
        result.GetRequiredValue(_json) ? new JsonCallView()
        : !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi
            ? new TableCallView(AnsiConsole.Console, $"Calls to {settings.Service}, {result.GetRequiredValue(_policy)}, every {new Duration(settings.Interval)}; Ctrl-C ends them")
        : new PlainCallView(new Lines(Console.Out));
}
