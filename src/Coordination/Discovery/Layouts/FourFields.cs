using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Discovery.Layouts;

/// <summary>The layout with four keys for the only instance of a service: <c>greeter</c>, <c>greeter.ip</c>, <c>greeter.port</c>, <c>greeter.protocol</c>.</summary>
internal static class FourFields
{
    public const string Ip = ".ip";
    public const string Port = ".port";
    public const string Protocol = ".protocol";

    private static readonly string[] Suffixes = [Ip, Port, Protocol];

    /// <summary>The name of one service is not to look like a field of another.</summary>
    public static bool LooksLikeField(string service) => Array.Exists(Suffixes, suffix => service.EndsWith(suffix, StringComparison.Ordinal));

    public static ImmutableArray<KeyEntry> Entries(string key, ServiceInstance instance) =>
    [
        new KeyEntry(key, instance.Service),
        new KeyEntry(key + Ip, instance.Host),
        new KeyEntry(key + Port, instance.Port.ToString(CultureInfo.InvariantCulture)),
        new KeyEntry(key + Protocol, instance.Scheme ?? "http"),
    ];

    public static InstanceReading Read(string key, string service, ImmutableArray<KeyValue> fields)
    {
        string? Field(string suffix) => fields.FirstOrDefault(kv => kv.Key == (Bytes)(key + suffix))?.Value.ToText();
        return (Field(""), Field(Ip), Field(Port)) switch
        {
            (null, _, _) => InstanceReading.Rejected($"the key '{key}' is missing"),
            (_, null, _) => InstanceReading.Rejected($"the key '{key}{Ip}' is missing"),
            (_, _, null) => InstanceReading.Rejected($"the key '{key}{Port}' is missing"),
            (_, _, { } port) when !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _) =>
                InstanceReading.Rejected($"'{key}{Port}' is '{InstanceRules.Shorten(port)}', which is no port"),
            (_, { } ip, { } port) => InstanceReading.Checked(new ServiceInstance
            {
                Service = service,
                Id = service,
                Host = ip,
                Port = int.Parse(port, CultureInfo.InvariantCulture),
                Scheme = Field(Protocol),
            }),
        };
    }
}
