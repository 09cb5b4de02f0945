using System.Collections.Immutable;
using System.Text.Unicode;
using Coordination.Discovery.Layouts;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// Under which keys the instances of a service are, and in what form they are written. Whatever the form, discovery reads all forms that have one key for
/// each instance, so that programs with different habits find each other under the same keys. Immutable; compares by content.
/// </summary>
public sealed record ServiceLayout
{
    /// <summary>The largest value that is written; what is read may have four times as much.</summary>
    internal const int LargestValue = 16 * 1024;

    private readonly KeyTemplate _template;

    private ServiceLayout(ServiceForm form, string keys)
    {
        _template = KeyTemplate.Parse(keys, hasTail: form is not ServiceForm.FourField);
        Form = form;
        Keys = keys;
    }

    /// <summary><see cref="Json"/> under <c>/services/{service}/{id}</c>.</summary>
    public static ServiceLayout Default { get; } = Json();

    /// <summary>How an instance is written.</summary>
    public ServiceForm Form { get; }

    /// <summary>The keys, with placeholders.</summary>
    public string Keys { get; }

    /// <summary>The range with all services; null when nothing sets their keys apart from others.</summary>
    internal KeyRange? AllServices => _template.AllServices;

    /// <summary>Whether the keys change with the lease.</summary>
    internal bool DependsOnLease => _template.Tail is KeyTail.Lease;

    /// <summary>One key for each instance with all it says, as JSON: <c>{"service":"web","id":"node1","host":"10.0.0.1","port":8080,"state":"serving","weight":100}</c>.</summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout Json(string keys = "/services/{service}/{id}") => new(ServiceForm.Json, keys);

    /// <summary>
    /// One key for each instance with <c>host:port</c> and nothing else: <c>/{service}/{id}</c>, <c>/services/{service}/{address}</c>, <c>{service}/{lease}</c>. There is no
    /// place for a state: an instance that is not serving is not in etcd.
    /// </summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout Plain(string keys = "/services/{service}/{address}") => new(ServiceForm.Plain, keys);

    /// <summary>
    /// The JSON of etcd's gRPC naming, <c>{"Op":0,"Addr":"host:port","Metadata":…}</c>: the older resolver's keys end in <c>{address}</c>, those of the newer endpoints
    /// manager in <c>{id}</c>. There is no place for a state: an instance that is not serving is not in etcd.
    /// </summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout GrpcNaming(string keys = "{service}/{id}") => new(ServiceForm.GrpcNaming, keys);

    /// <summary>
    /// Four keys for the only instance of a service: <c>greeter</c>, <c>greeter.ip</c>, <c>greeter.port</c>, <c>greeter.protocol</c>, in one transaction. There is no
    /// place for a state: an instance that is not serving is not in etcd.
    /// </summary>
    /// <param name="keys">The first key: ends in <c>{service}</c>.</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout FourField(string keys = "{service}") => new(ServiceForm.FourField, keys);

    /// <inheritdoc/>
    public override string ToString() => $"{Form} {Keys}";

    /// <summary>The range with the keys of one service, and of no other.</summary>
    internal KeyRange RangeOf(string service) => _template.RangeOf(service);

    /// <summary>The keys of an instance, whether they are there or not; the first one stands for all.</summary>
    internal ImmutableArray<Bytes> KeysOf(ServiceInstance instance, LeaseId lease) => [.. AllEntries(instance, lease).Select(e => e.Key)];

    /// <summary>The keys of an instance as they shall be; none when the form has no place for its state.</summary>
    internal ImmutableArray<KeyEntry> EntriesOf(ServiceInstance instance, LeaseId lease) =>
        Form is not ServiceForm.Json && instance.State is not InstanceState.Serving ? [] : AllEntries(instance, lease);

    /// <summary>Which instance a key belongs to: the service, and the key that stands for the instance. Null when it belongs to none.</summary>
    internal (string Service, Bytes Group)? GroupOf(Bytes key)
    {
        if (Form is not ServiceForm.FourField)
        {
            return _template.Split(key) is { } parts ? (parts.Service, key) : null;
        }

        var text = key.ToText();
        foreach (var suffix in (ReadOnlySpan<string>)[FourFields.Ip, FourFields.Port, FourFields.Protocol])
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                text = text[..^suffix.Length];
                break;
            }
        }

        return _template.Split(text) is { } found ? (found.Service, text) : null;
    }

    /// <summary>Reads the keys of one instance, which are at least one. Never throws, whatever they hold.</summary>
    internal InstanceReading Read(string service, Bytes group, ImmutableArray<KeyValue> keys)
    {
        var reading = keys.FirstOrDefault(kv => kv.Value.Length > 4 * LargestValue || !Utf8.IsValid(kv.Value.Span)) is { } poison
            ? InstanceReading.Rejected(poison.Value.Length > 4 * LargestValue
                ? $"the value has {poison.Value.Length} bytes; at most {4 * LargestValue} are read"
                : "the value is no UTF-8")
            : Form is ServiceForm.FourField ? FourFields.Read(group.ToText(), service, keys)
            : ReadOne(service, keys[0]);
        return reading.Instance is not { } instance ? reading : new InstanceReading(
            instance with { Key = group, Revision = keys.Max(kv => kv.ModRevision), Lease = (keys.FirstOrDefault(kv => kv.Key == group) ?? keys[0]).Lease }, null);
    }

    /// <summary>What of an instance does not fit into this layout.</summary>
    internal void Check(ServiceInstance instance, bool ownLease, OptionProblems problems)
    {
        var says = (string what, object? value) => problems.Add(what, value, $"the layout {this} has no place for it");
        if (Form is not ServiceForm.Json)
        {
            SayIf(instance.Weight != ServiceInstance.DefaultWeight, says, nameof(instance.Weight), instance.Weight);
            SayIf(instance.Zone is not null, says, nameof(instance.Zone), instance.Zone);
            SayIf(instance.Version is not null, says, nameof(instance.Version), instance.Version);
            SayIf(!instance.Metadata.IsEmpty && Form is not ServiceForm.GrpcNaming, says, nameof(instance.Metadata), $"{instance.Metadata.Count} entries");
            SayIf(instance.Scheme is not null && Form is not ServiceForm.FourField, says, nameof(instance.Scheme), instance.Scheme);
            SayIf(_template.Tail is not KeyTail.Id && instance.Id != instance.Address, says, nameof(instance.Id), instance.Id);
        }

        if (Form is ServiceForm.FourField && FourFields.LooksLikeField(instance.Service))
        {
            problems.Add(nameof(instance.Service), instance.Service, $"in the layout {this} it looks like a field of another service");
        }

        if (DependsOnLease && !ownLease)
        {
            problems.Add("OwnLease", ownLease, $"in the layout {this} each registration needs a lease of its own (true)");
        }

        if (problems.All.Count == 0 && AllEntries(instance, new LeaseId(long.MaxValue)).Max(e => e.Value.Length) is > LargestValue and var length)
        {
            problems.Add("The instance", $"{length} bytes as JSON", $"allowed are {LargestValue}");
        }
    }

    private static void SayIf(bool condition, Action<string, object?> say, string what, object? value)
    {
        if (condition)
        {
            say(what, value);
        }
    }

    private ImmutableArray<KeyEntry> AllEntries(ServiceInstance instance, LeaseId lease)
    {
        var key = _template.KeyOf(instance, lease);
        return Form switch
        {
            ServiceForm.Json => [new KeyEntry(key, InstanceJson.Encode(instance))],
            ServiceForm.Plain => [new KeyEntry(key, instance.Address)],
            ServiceForm.GrpcNaming => [new KeyEntry(key, InstanceJson.EncodeNaming(instance))],
            _ => FourFields.Entries(key.ToText(), instance),
        };
    }

    private InstanceReading ReadOne(string service, KeyValue kv)
    {
        var found = new FoundKey(service, _template.Split(kv.Key)!.Value.Tail, _template.Tail is KeyTail.Id);
        return !InstanceRules.IsName(found.Service) || !InstanceRules.IsName(found.Id) ? InstanceReading.Rejected("the key has no valid service and id")
            : kv.Value.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? InstanceJson.Read(kv.Value, found)

            // Owners are often named host:pid, which looks like an address.
            : !kv.Lease.IsNone && found.Id == kv.Lease.ToString() ? InstanceReading.Rejected(
                "the key is named after its lease in hexadecimal, as those of candidates are: an election has this service's name; one of the two needs another name")
            : PlainAddress.Read(kv.Value.ToText(), found);
    }
}
