using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>Results as <c>etcdctl -w json</c> prints them.</summary>
internal static class ResultJson
{
    public static void Write(Terminal terminal, EtcdResult result) => EtcdJson.WriteLine(terminal, json => Write(json, result));

    private static void Write(Utf8JsonWriter json, EtcdResult result)
    {
        json.WriteStartObject();
        json.Header(result.Header);
        switch (result)
        {
            case PutResult { Previous: { } before }:
                json.KeyValue(before, "prev_kv");
                break;
            case GetResult get:
                json.KeyValues("kvs", get.KeyValues);
                if (get.More)
                {
                    json.WriteBoolean("more", true);
                }

                json.NumberUnlessZero("count", (ulong)get.Count);
                break;
            case DeleteResult delete:
                json.NumberUnlessZero("deleted", (ulong)delete.Deleted);
                json.KeyValues("prev_kvs", delete.Previous);
                break;
            case TxnResult txn:
                Write(json, txn);
                break;
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TxnResult txn)
    {
        if (txn.Succeeded)
        {
            json.WriteBoolean("succeeded", true);
        }

        if (txn.Results.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("responses");
        foreach (var result in txn.Results)
        {
            json.WriteStartObject();
            json.WriteStartObject("Response");
            json.WritePropertyName(result switch
            {
                PutResult => "ResponsePut",
                GetResult => "ResponseRange",
                DeleteResult => "ResponseDeleteRange",
                _ => "ResponseTxn",
            });
            Write(json, result);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
