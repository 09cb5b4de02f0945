using System.Text.Encodings.Web;
using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Cli;

/// <summary>Writes JSON in the form of etcdctl: keys and values in base64, what is zero or empty left out, one line.</summary>
internal static class EtcdJson
{
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line on the terminal.</summary>
    public static void WriteLine(Terminal terminal, Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Form))
        {
            write(json);
        }

        terminal.WriteLine(new Bytes(memory.ToArray()));
    }

    /// <summary>The fields of a header, in the object that is open.</summary>
    public static void Fields(this Utf8JsonWriter json, EtcdHeader header)
    {
        json.NumberUnlessZero("cluster_id", header.ClusterId);
        json.NumberUnlessZero("member_id", header.MemberId);
        json.NumberUnlessZero("revision", (ulong)header.Revision.Value);
        json.NumberUnlessZero("raft_term", header.RaftTerm);
    }

    /// <summary>A header as an object of its own.</summary>
    public static void Header(this Utf8JsonWriter json, EtcdHeader header, string name = "header")
    {
        json.WriteStartObject(name);
        json.Fields(header);
        json.WriteEndObject();
    }

    public static void KeyValues(this Utf8JsonWriter json, string name, IReadOnlyCollection<KeyValue> keyValues)
    {
        if (keyValues.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var keyValue in keyValues)
            {
                json.KeyValue(keyValue);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>A key and its value, as an object.</summary>
    public static void KeyValue(this Utf8JsonWriter json, KeyValue keyValue, string? name = null)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        json.WriteStartObject();
        json.WriteBase64String("key", keyValue.Key.Span);
        json.NumberUnlessZero("create_revision", (ulong)keyValue.CreateRevision.Value);
        json.NumberUnlessZero("mod_revision", (ulong)keyValue.ModRevision.Value);
        json.NumberUnlessZero("version", (ulong)keyValue.Version);
        if (!keyValue.Value.IsEmpty)
        {
            json.WriteBase64String("value", keyValue.Value.Span);
        }

        json.NumberUnlessZero("lease", (ulong)keyValue.Lease.Value);
        json.WriteEndObject();
    }

    public static void NumberUnlessZero(this Utf8JsonWriter json, string name, ulong number)
    {
        if (number != 0)
        {
            json.WriteNumber(name, number);
        }
    }
}
