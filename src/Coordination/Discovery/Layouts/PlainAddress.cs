using System.Globalization;

namespace Coordination.Discovery.Layouts;

/// <summary>Reads <c>host:port</c>, <c>[v6]:port</c>, and either after <c>scheme://</c>.</summary>
internal static class PlainAddress
{
    public static InstanceReading Read(string text, FoundKey found)
    {
        var scheme = (string?)null;
        var rest = text.AsSpan().Trim();
        if (rest.IndexOf("://", StringComparison.Ordinal) is > 0 and var end)
        {
            scheme = rest[..end].ToString();
            rest = rest[(end + 3)..];
        }

        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return InstanceReading.Rejected($"'{InstanceRules.Shorten(text)}' is no host:port");
        }

        var host = rest[..colon];
        var isBracketed = host is ['[', .., ']'];
        if (isBracketed)
        {
            host = host[1..^1];
        }

        return host.Contains(':') != isBracketed
            ? InstanceReading.Rejected($"'{InstanceRules.Shorten(text)}' is no host:port (an IPv6 address needs brackets)")
            : InstanceReading.Checked(new ServiceInstance { Service = found.Service, Id = found.Id, Host = host.ToString(), Port = port, Scheme = scheme });
    }
}
