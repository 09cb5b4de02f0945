using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Kv.Txn;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>The commands <c>kv put</c>, <c>kv get</c>, <c>kv del</c> and <c>kv txn</c>: etcdctl's options and output.</summary>
internal static class KvCommand
{
    public static Command Create(EtcdConnection connection) => new(
        "kv",
        """
        Keys and values in etcd, with the options and the output of etcdctl: put, get, del, txn.

        Examples:
          coordination kv put /config/limit 10
          coordination kv get /config/ --prefix
          coordination kv get --rev 13 /config/limit
        """)
    {
        Put(connection),
        Get(connection),
        Delete(connection),
        TxnCommand.Create(connection),
    };

    private static Command Put(EtcdConnection connection) => Single(connection, hex => new PutOperation(hex), new Command(
        "put",
        """
        Writes a key. Without a value the standard input is the value. A value that begins with '-' comes after --.

        Examples:
          coordination kv put foo bar
          coordination kv put foo < file
          coordination kv put --prev-kv foo bar2
          coordination kv put --lease 694d819f80025a42 foo bar
          coordination kv put foo -- -5

        Exit codes: 0 written, 1 etcd refused it (no such lease, too large…), 2 wrong command line, 3 etcd cannot be used.
        """));

    private static Command Get(EtcdConnection connection) => Single(connection, hex => new GetOperation(hex), new Command(
        "get",
        """
        Reads a key, a range [key, range_end) or a prefix. Prints keys and values, one a line; what is not there prints nothing.

        Examples:
          coordination kv get foo
          coordination kv get foo foo3
          coordination kv get --prefix foo --limit 2
          coordination kv get --prefix '' --keys-only
          coordination kv get --rev 13 foo
          coordination kv get --hex '\x00\xff'
          coordination kv get foo --json | jq -r '.kvs[0].value | @base64d'

        Exit codes: 0 read (also when there is no such key), 1 etcd refused it (a revision that is compacted or yet to come), 2 wrong command line, 3 etcd cannot be used.
        """));

    private static Command Delete(EtcdConnection connection) => Single(connection, hex => new DeleteOperation(hex), new Command(
        "del",
        """
        Deletes a key, a range [key, range_end) or a prefix, and prints how many keys that were.

        Examples:
          coordination kv del foo
          coordination kv del foo foo9
          coordination kv del --prefix zoo --prev-kv
          coordination kv del --from-key b

        Exit codes: 0 done (also when there was no such key), 1 etcd refused it, 2 wrong command line, 3 etcd cannot be used.
        """));

    private static Command Single(EtcdConnection connection, Func<Option<bool>, IKvOperation> make, Command command)
    {
        var form = new FormOption();
        var hex = HexText.Create();
        var operation = make(hex);
        operation.AddTo(command);
        form.AddTo(command);
        command.Options.Add(hex);
        command.SetAction((result, interrupted) => connection.RunRequestAsync(
            result,
            async (etcd, limit) =>
            {
                var op = operation.Read(result, connection.Terminal.Input);
                var done = await etcd.DoAsync(op, limit).ConfigureAwait(false);
                if (form.Read(result, connection.Terminal) == OutputForm.Json)
                {
                    ResultJson.Write(connection.Terminal, done);
                }
                else
                {
                    ResultText.Write(connection.Terminal, op, done, operation is GetOperation get && get.PrintsValuesOnly(result), result.GetValue(hex));
                }

                return ExitCode.Ok;
            },
            interrupted));
        return command;
    }
}
