using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;

namespace Coordination.Demo.Services;

/// <summary>The command <c>register</c>: anything that has an address, by hand.</summary>
internal sealed class RegisterCommand(EtcdConnection connection)
{
    private static readonly TimeSpan RegisterLimit = TimeSpan.FromSeconds(10);

    private readonly InstanceOptions _instance = new();
    private readonly Argument<string> _service = new("service") { Description = "The name of the service." };
    private readonly Argument<DnsEndPoint> _address = new("address")
    {
        Description = "Where the instance is: host:port, an IPv6 address in brackets.",
        HelpName = "host:port",
        CustomParser = ParseAddress,
    };

    private readonly Option<string?> _scheme = new("--scheme") { Description = "How to talk to it: http, https, grpc… Default: not said, which means http.", HelpName = "scheme" };
    private readonly Option<string> _state = new("--state") { Description = "Its state: starting, serving or draining.", HelpName = "state", DefaultValueFactory = _ => "serving" };

    public Command Create()
    {
        _state.AcceptOnlyFromAmong("starting", "serving", "draining");
        var command = new Command(
            "register",
            """
            Registers an instance of a service, whatever it is, and keeps it registered until Ctrl-C; then it is deregistered.

            Examples:
              coordination register web 10.0.0.5:8080 --etcd http://127.0.0.1:2379
              coordination register web 10.0.0.5:8080 --etcd http://127.0.0.1:2379 --id node1 --weight 50 --zone east --metadata rack=7
              coordination register hello 127.0.0.1:42388 --etcd http://127.0.0.1:2379 --layout plain

            Exit codes: 0 deregistered, 2 wrong command line, 3 etcd cannot be used, or somebody else has the keys, 130 interrupted before it was registered.
            """)
        {
            _service,
            _address,
        };
        connection.RequireFor(command);
        _instance.AddTo(command);
        command.Options.Add(_scheme);
        command.Options.Add(_state);
        command.SetAction((result, stopping) =>
        {
            var lines = new Lines(Console.Out);
            return connection.RunSystemAsync(
                result,
                new CoordinationOptions { SessionTtl = _instance.Ttl(result), LoggerFactory = new LogLines(lines, LogLines.RegistrationRepaired) },
                system => RunAsync(result, system, lines, stopping),
                stopping);
        });
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, Lines lines, CancellationToken stopping)
    {
        var address = result.GetRequiredValue(_address);
        var state = Enum.Parse<InstanceState>(result.GetRequiredValue(_state), ignoreCase: true);
        var instance = _instance.Read(result, result.GetRequiredValue(_service), address.Host, address.Port, state, result.GetValue(_scheme));
        var options = _instance.Registration(result);
        var registration = system.Register(instance, options);
        var watching = RegistrationWatch.RunAsync(registration, lines);
        try
        {
            await registration.WaitUntilRegisteredAsync(RegisterLimit, stopping).ConfigureAwait(false);
            lines.Write($"{instance.Service}/{instance.Id} at {instance.Address}, {ChangeText.Word(state)}, layout {options.Layout}; Ctrl-C ends it");
            await stopping.CancelledAsync().ConfigureAwait(false);
        }
        finally
        {
            // Once: while etcd is away this takes all its time, and then nothing is left to be told. What is not given back goes with the lease.
            await registration.DisposeAsync().ConfigureAwait(false);
        }

        if (registration.Health.State is RegistrationState.Deregistered)
        {
            await watching.ConfigureAwait(false);
        }

        return ExitCode.Ok;
    }

    private static DnsEndPoint ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : "";
        if (host is ['[', .., ']'])
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            host = "";
        }

        if (host.Length == 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > ushort.MaxValue)
        {
            result.AddError($"address: '{text}' is not of the form host:port with a port from 1 to 65535 (an IPv6 address in brackets).");
            return new DnsEndPoint("none", 1);
        }

        return new DnsEndPoint(host, port);
    }
}
