using System.Net;
using System.Net.Sockets;

namespace Coordination.Discovery.Layouts;

/// <summary>What an instance may say. The same for what is registered and for what is found.</summary>
internal static class InstanceRules
{
    public const int LongestName = 200;
    public const int LongestHost = 253;
    public const int LongestText = 256;
    public const int MostMetadata = 64;

    private const string NameAllowed = "allowed are 1 to 200 printable ASCII characters without '/', blank, '{' and '}'";

    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } && name.All(c => char.IsBetween(c, '!', '~') && c is not ('/' or '{' or '}'));

    /// <summary>A host name, or an IP address; only an IPv6 address has colons.</summary>
    public static bool IsHost(string? host) =>
        host is { Length: > 0 and <= LongestHost }
        && (host.Contains(':', StringComparison.Ordinal)
            ? IPAddress.TryParse(host, out var address) && address.AddressFamily is AddressFamily.InterNetworkV6 && host[0] != '['
            : host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));

    public static bool IsPort(int port) => port is > 0 and <= ushort.MaxValue;

    public static bool IsScheme(string? scheme) =>
        scheme is null || (scheme is { Length: > 0 and <= 32 } && char.IsAsciiLetter(scheme[0]) && scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'));

    public static void CheckName(string what, string? name, OptionProblems problems)
    {
        if (!IsName(name))
        {
            problems.Add(what, Shorten(name), name?.Length > LongestName ? $"it has {name.Length} characters, {NameAllowed}" : NameAllowed);
        }
    }

    public static void Check(ServiceInstance instance, OptionProblems problems)
    {
        CheckName(nameof(instance.Service), instance.Service, problems);
        if (!IsHost(instance.Host))
        {
            problems.Add(nameof(instance.Host), Shorten(instance.Host), "allowed is a host name (letters, digits, '.', '-', '_') or an IP address, IPv6 without brackets");
        }
        else if (IsPort(instance.Port))
        {
            CheckName(nameof(instance.Id), instance.Id, problems);
        }

        problems.Check(nameof(instance.Port), instance.Port, 1, ushort.MaxValue, "(a TCP port)");
        problems.Check(nameof(instance.Weight), instance.Weight, 0, ServiceInstance.MaxWeight, "(0: no traffic)");
        if (!Enum.IsDefined(instance.State))
        {
            problems.Add(nameof(instance.State), instance.State, "allowed are Starting, Serving and Draining");
        }

        if (!IsScheme(instance.Scheme))
        {
            problems.Add(nameof(instance.Scheme), Shorten(instance.Scheme), "allowed are 1 to 32 letters, digits, '+', '-' and '.', beginning with a letter");
        }

        CheckText(nameof(instance.Zone), instance.Zone, problems);
        CheckText(nameof(instance.Version), instance.Version, problems);
        if (instance.Metadata.Count > MostMetadata)
        {
            problems.Add(nameof(instance.Metadata), $"{instance.Metadata.Count} entries", $"allowed are {MostMetadata}");
        }

        foreach (var key in instance.Metadata.Keys.Where(key => key.Length is 0 or > LongestText))
        {
            problems.Add($"The name of an entry of {nameof(instance.Metadata)}", Shorten(key), $"allowed are 1 to {LongestText} characters");
        }
    }

    private static void CheckText(string what, string? text, OptionProblems problems)
    {
        if (text is { Length: 0 or > LongestText })
        {
            problems.Add(what, Shorten(text), $"allowed are 1 to {LongestText} characters, or null");
        }
    }

    /// <summary>For messages: not more of a long text than a person reads.</summary>
    public static string? Shorten(string? text) => text is { Length: > 60 } ? text[..60] + "…" : text;
}
