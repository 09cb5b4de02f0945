using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;

namespace Coordination.Demo.Services;

/// <summary>The options of commands that register an instance.</summary>
internal sealed class InstanceOptions
{
    private readonly Option<string?> _id = new("--id") { Description = "Its id among the instances of the service. Default: host:port.", HelpName = "id" };
    private readonly Option<int> _weight = CronOptions.Number("--weight", ServiceInstance.DefaultWeight, 0, ServiceInstance.MaxWeight, "Its share of the traffic beside the others; 0: none.");
    private readonly Option<string?> _zone = new("--zone") { Description = "Its zone, for callers that prefer a near instance.", HelpName = "zone" };
    private readonly Option<string?> _version = new("--instance-version") { Description = "Its version.", HelpName = "version" };
    private readonly Option<ImmutableDictionary<string, string>> _metadata = new("--metadata")
    {
        Description = "Another property of the instance; repeat it for several.",
        HelpName = "key=value",
        DefaultValueFactory = _ => ImmutableDictionary<string, string>.Empty,
        CustomParser = ParseMetadata,
    };

    private readonly Option<ServiceLayout> _layout = LayoutOption.Create();
    private readonly Option<Duration> _ttl = CronOptions.Span("--ttl", TimeSpan.FromSeconds(5), 2, 3600, "The TTL of its lease: how long it stays in etcd after a crash.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_id, _weight, _zone, _version, _metadata, _layout, _ttl])
        {
            command.Options.Add(option);
        }
    }

    public TimeSpan Ttl(ParseResult result) => result.GetRequiredValue(_ttl).Value;

    public RegistrationOptions Registration(ParseResult result)
    {
        // Keys that are named after their lease need one of their own; who asks for such keys asks for that.
        var layout = result.GetRequiredValue(_layout);
        return new RegistrationOptions { Layout = layout, OwnLease = layout.DependsOnLease };
    }

    /// <summary>What is to be registered, at an address.</summary>
    public ServiceInstance Read(ParseResult result, string service, string host, int port, InstanceState state = InstanceState.Serving, string? scheme = null)
    {
        var instance = new ServiceInstance
        {
            Service = service,
            Host = host,
            Port = port,
            State = state,
            Scheme = scheme,
            Weight = result.GetRequiredValue(_weight),
            Zone = result.GetValue(_zone),
            Version = result.GetValue(_version),
            Metadata = result.GetRequiredValue(_metadata),
        };
        return result.GetValue(_id) is { } id ? instance with { Id = id } : instance;
    }

    private static ImmutableDictionary<string, string> ParseMetadata(ArgumentResult result)
    {
        var metadata = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var token in result.Tokens)
        {
            if (token.Value.Split('=', 2) is not [{ Length: > 0 } key, var value])
            {
                result.AddError($"--metadata: '{token.Value}' is not of the form key=value.");
            }
            else if (!metadata.TryAdd(key, value))
            {
                result.AddError($"--metadata: '{key}' is given twice.");
            }
        }

        return metadata.ToImmutable();
    }
}
