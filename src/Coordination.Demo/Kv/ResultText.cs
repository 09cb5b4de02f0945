using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>Results as etcdctl prints them: keys and values one a line, byte by byte.</summary>
internal static class ResultText
{
    public static void Write(Terminal terminal, EtcdOp op, EtcdResult result, bool valuesOnly = false)
    {
        switch (result)
        {
            case PutResult put:
                terminal.WriteLine("OK");
                Write(terminal, put.Previous is { } before ? [before] : []);
                break;
            case GetResult get when op is EtcdOp.Get { CountOnly: true }:
                terminal.WriteLine(get.Count.ToString(CultureInfo.InvariantCulture));
                break;
            case GetResult get:
                Write(terminal, get.KeyValues, valuesOnly);
                break;
            case DeleteResult delete:
                terminal.WriteLine(delete.Deleted.ToString(CultureInfo.InvariantCulture));
                Write(terminal, delete.Previous);
                break;
            case TxnResult txn:
                Write(terminal, (EtcdOp.Txn)op, txn);
                break;
        }
    }

    public static void Write(Terminal terminal, IEnumerable<KeyValue> keyValues, bool valuesOnly = false)
    {
        foreach (var keyValue in keyValues)
        {
            if (!valuesOnly)
            {
                terminal.WriteLine(keyValue.Key);
            }

            terminal.WriteLine(keyValue.Value);
        }
    }

    private static void Write(Terminal terminal, EtcdOp.Txn op, TxnResult txn)
    {
        terminal.WriteLine(txn.Succeeded ? "SUCCESS" : "FAILURE");
        foreach (var (inner, result) in (txn.Succeeded ? op.Then : op.Else).Zip(txn.Results))
        {
            terminal.WriteLine();
            Write(terminal, inner, result);
        }
    }
}
