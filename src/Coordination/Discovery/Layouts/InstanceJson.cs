using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Discovery.Layouts;

/// <summary>Writes and reads instances as JSON: our own form, and that of etcd's gRPC naming. Strict about what it knows, silent about what it does not.</summary>
internal static class InstanceJson
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 16 };
    private static readonly string[] States = ["starting", "serving", "draining"];

    public static Bytes Encode(ServiceInstance instance) => Write(json =>
    {
        json.WriteString("service", instance.Service);
        json.WriteString("id", instance.Id);
        json.WriteString("host", instance.Host);
        json.WriteNumber("port", instance.Port);
        WriteText(json, "scheme", instance.Scheme);
        json.WriteString("state", States[(int)instance.State]);
        json.WriteNumber("weight", instance.Weight);
        WriteText(json, "zone", instance.Zone);
        WriteText(json, "version", instance.Version);
        if (!instance.Metadata.IsEmpty)
        {
            WriteMetadata(json, "metadata", instance.Metadata);
        }
    });

    /// <summary>As Go writes it: <c>{"Op":0,"Addr":"host:port","Metadata":null}</c>; metadata is an object of texts.</summary>
    public static Bytes EncodeNaming(ServiceInstance instance) => Write(json =>
    {
        json.WriteNumber("Op", 0);
        json.WriteString("Addr", instance.Address);
        if (instance.Metadata.IsEmpty)
        {
            json.WriteNull("Metadata");
        }
        else
        {
            WriteMetadata(json, "Metadata", instance.Metadata);
        }
    });

    /// <summary>Reads either form. <paramref name="found"/> holds what the key says.</summary>
    public static InstanceReading Read(Bytes value, FoundKey found)
    {
        try
        {
            using var json = JsonDocument.Parse(value.Memory, Limits);
            var root = json.RootElement;
            return root.ValueKind is not JsonValueKind.Object ? InstanceReading.Rejected("the JSON is no object")
                : root.TryGetProperty("Addr", out var address) ? ReadNaming(root, address, found)
                : ReadOwn(root, found);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperation: a text with half a surrogate pair.
            return InstanceReading.Rejected($"the JSON cannot be read: {InstanceRules.Shorten(error.Message)}");
        }
    }

    private static InstanceReading ReadOwn(JsonElement root, FoundKey found)
    {
        var problem = "";
        var service = Text(root, "service", ref problem);
        var id = Text(root, "id", ref problem);
        var host = Text(root, "host", ref problem);
        var port = Number(root, "port", 0, ref problem);
        var weight = Number(root, "weight", ServiceInstance.DefaultWeight, ref problem);
        var state = Text(root, "state", ref problem) is { } name ? Array.IndexOf(States, name) : (int)InstanceState.Serving;
        var scheme = Text(root, "scheme", ref problem);
        var zone = Text(root, "zone", ref problem);
        var version = Text(root, "version", ref problem);
        var metadata = Metadata(root, "metadata", textsOnly: true, ref problem);
        if (problem.Length > 0)
        {
            return InstanceReading.Rejected(problem);
        }

        if (service is not null && service != found.Service)
        {
            return InstanceReading.Rejected($"it says that it belongs to service '{InstanceRules.Shorten(service)}'");
        }

        if (id is not null && found.IdIsTail && id != found.Id)
        {
            return InstanceReading.Rejected($"it says that its id is '{InstanceRules.Shorten(id)}'");
        }

        if (state < 0)
        {
            return InstanceReading.Rejected("'state' is none of starting, serving and draining");
        }

        return host is null ? InstanceReading.Rejected("it has no 'host'") : InstanceReading.Checked(new ServiceInstance
        {
            Service = found.Service,
            Id = id ?? found.Id,
            Host = host,
            Port = port,
            Scheme = scheme,
            State = (InstanceState)state,
            Weight = weight,
            Zone = zone,
            Version = version,
            Metadata = metadata,
        });
    }

    private static InstanceReading ReadNaming(JsonElement root, JsonElement address, FoundKey found)
    {
        var problem = "";
        if (address.ValueKind is not JsonValueKind.String)
        {
            return InstanceReading.Rejected("'Addr' is no text");
        }

        if (Number(root, "Op", 0, ref problem) != 0 || problem.Length > 0)
        {
            return InstanceReading.Rejected("'Op' is not 0 (add)");
        }

        var metadata = Metadata(root, "Metadata", textsOnly: false, ref problem);
        return problem.Length > 0 ? InstanceReading.Rejected(problem)
            : PlainAddress.Read(address.GetString()!, found) is { Instance: { } instance } ? InstanceReading.Checked(instance with { Metadata = metadata })
            : InstanceReading.Rejected($"'Addr' is '{InstanceRules.Shorten(address.GetString())}', which is no host:port");
    }

    private static string? Text(JsonElement root, string name, ref string problem)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String)
        {
            return value.GetString();
        }

        problem = $"'{name}' is no text";
        return null;
    }

    private static int Number(JsonElement root, string name, int otherwise, ref string problem)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return otherwise;
        }

        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number))
        {
            return number;
        }

        problem = $"'{name}' is no whole number in range";
        return otherwise;
    }

    /// <summary>gRPC's naming takes anything as metadata: what is no text is kept as its JSON.</summary>
    private static ImmutableDictionary<string, string> Metadata(JsonElement root, string name, bool textsOnly, ref string problem)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            problem = textsOnly ? $"'{name}' is no object" : problem;
            return textsOnly ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("metadata", TextOf(value));
        }

        var entries = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var entry in value.EnumerateObject())
        {
            if (textsOnly && entry.Value.ValueKind is not JsonValueKind.String)
            {
                problem = $"'{InstanceRules.Shorten(entry.Name)}' in '{name}' is no text";
                break;
            }

            entries[entry.Name] = TextOf(entry.Value);
        }

        return entries.ToImmutable();
    }

    private static string TextOf(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static Bytes Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Readable);
        json.WriteStartObject();
        content(json);
        json.WriteEndObject();
        json.Flush();
        return new Bytes(buffer.WrittenMemory);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, string name, ImmutableDictionary<string, string> metadata)
    {
        json.WriteStartObject(name);

        // In order: the same instance is the same bytes.
        foreach (var entry in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(entry.Key, entry.Value);
        }

        json.WriteEndObject();
    }
}
