using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>Results as etcdctl prints them: keys and values one a line, byte by byte.</summary>
internal static class ResultText
{
    public static void Write(Terminal terminal, EtcdOp op, EtcdResult result, bool valuesOnly = false, bool isHex = false)
    {
        switch (result)
        {
            case PutResult put:
                terminal.WriteLine("OK");
                Write(terminal, put.Previous is { } before ? [before] : [], isHex: isHex);
                break;
            case GetResult get when op is EtcdOp.Get { CountOnly: true }:
                terminal.WriteLine(get.Count.ToString(CultureInfo.InvariantCulture));
                break;
            case GetResult get:
                Write(terminal, get.KeyValues, valuesOnly, isHex);
                break;
            case DeleteResult delete:
                terminal.WriteLine(delete.Deleted.ToString(CultureInfo.InvariantCulture));
                Write(terminal, delete.Previous, isHex: isHex);
                break;
            case TxnResult txn:
                Write(terminal, (EtcdOp.Txn)op, txn);
                break;
        }
    }

    public static void Write(Terminal terminal, IEnumerable<KeyValue> keyValues, bool valuesOnly = false, bool isHex = false)
    {
        foreach (var keyValue in keyValues)
        {
            if (!valuesOnly)
            {
                terminal.WriteLine(isHex ? HexText.Of(keyValue.Key) : keyValue.Key);
            }

            terminal.WriteLine(isHex ? HexText.Of(keyValue.Value) : keyValue.Value);
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
