using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard;

/// <summary>What <c>dashboard</c> and <c>top</c> have in common: which keys are looked at.</summary>
internal sealed class DashboardOptions
{
    private readonly Option<string[]> _prefix = new("--prefix")
    {
        Description = "Look only at keys with this prefix; repeat it for several. Default: all keys, because a lock may have any key. Waiters are always shown.",
        HelpName = "key",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<ServiceLayout> _layout = LayoutOption.Create();

    public void AddTo(Command command)
    {
        command.Options.Add(_prefix);
        command.Options.Add(_layout);
        command.Check(result =>
        {
            if (result.GetValue(_prefix)?.Contains("") is true)
            {
                result.AddError("--prefix: the key is empty; without the option all keys are looked at.");
            }
        });
    }

    /// <exception cref="UsageException">The layout cannot be used here.</exception>
    public OverviewFeed Feed(ParseResult result, CoordinationSystem system)
    {
        var (prefixes, layout) = (result.GetRequiredValue(_prefix), result.GetRequiredValue(_layout));
        if (layout.AllServices is null)
        {
            throw new UsageException($"--layout: the keys '{layout.Keys}' have no prefix of their own before {{service}}, so services cannot be distinguished from other keys.");
        }

        // Who waits is written beside the locks, under the library's own prefix. What another prefix covers is not read twice.
        string[] all = [.. prefixes.Append("coordination/").Distinct()];
        return new OverviewFeed(
            system,
            layout,
            prefixes.Length == 0 ? [KeyRange.All] : all.Where(one => !all.Any(other => other != one && one.StartsWith(other, StringComparison.Ordinal))).Select(one => KeyRange.Prefix(one)));
    }

    /// <summary>An address to listen on.</summary>
    public static IPEndPoint ParseListen(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : "";
        var address = host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var parsed) && (host.StartsWith('[') || !host.Contains(':', StringComparison.Ordinal)) ? parsed : null;
        if (address is null || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue)
        {
            result.AddError($"--listen: '{text}' is not of the form address:port; allowed are localhost or an IP address (IPv6 in brackets) and a port from 0 to 65535, 0 for any that is free.");
            return new IPEndPoint(IPAddress.Loopback, 0);
        }

        return new IPEndPoint(address, port);
    }
}
