using System.CommandLine;
using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Kv.Txn;

/// <summary>The command <c>kv txn</c>.</summary>
internal static class TxnCommand
{
    public static Command Create(EtcdConnection connection)
    {
        var interactive = new Option<bool>("--interactive", "-i") { Description = "Suggest the next words." };
        var form = new FormOption();
        var command = new Command(
            "txn",
            """
            Runs a transaction that is typed or piped in, as for 'etcdctl txn': lines with conditions, an empty line, lines with what is done when all of them
            hold, an empty line, lines with what is done otherwise, an empty line or the end.

            Conditions: mod("key") > "0", create("key") = "0", ver("key"), val("key") = "text", lease("key") = "id in hexadecimal"; with =, !=, < or >.
            Requests: put, get and del with the options of 'kv put', 'kv get' and 'kv del'; words with spaces in quotes.

            Examples:
              printf 'create("/lock") = "0"\n\nput /lock me\n\nget /lock\n' | coordination kv txn
              coordination kv txn -i

            Exit codes: 0 done (SUCCESS or FAILURE says which branch), 1 etcd refused it, 2 wrong command line or a line that cannot be read, 3 etcd cannot be used.
            """)
        {
            interactive,
        };
        form.AddTo(command);
        command.SetAction((result, interrupted) => RunAsync(connection, result, result.GetValue(interactive), form.Read(result, connection.Terminal), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(EtcdConnection connection, ParseResult result, bool isInteractive, OutputForm form, CancellationToken interrupted)
    {
        EtcdOp.Txn txn;
        try
        {
            // Before the time of the request begins to run: people type slowly.
            txn = await TxnText.ReadAsync(connection.Terminal, isInteractive, interrupted).ConfigureAwait(false);
        }
        catch (DecoderFallbackException)
        {
            connection.Terminal.Say("txn: the standard input is no UTF-8, and is not guessed at.");
            return ExitCode.Usage;
        }
        catch (UsageException error)
        {
            connection.Terminal.Say(error.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }

        return await connection.RunRequestAsync(
            result,
            async (etcd, limit) =>
            {
                var done = await etcd.TxnAsync(txn, limit).ConfigureAwait(false);
                if (form == OutputForm.Json)
                {
                    ResultJson.Write(connection.Terminal, done);
                }
                else
                {
                    ResultText.Write(connection.Terminal, txn, done);
                }

                return ExitCode.Ok;
            },
            interrupted).ConfigureAwait(false);
    }
}
