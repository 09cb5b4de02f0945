using System.Collections.Immutable;
using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv.Txn;

/// <summary>Reads a transaction as people type it for etcdctl.</summary>
internal static class TxnText
{
    /// <exception cref="UsageException">A line cannot be read.</exception>
    public static async Task<EtcdOp.Txn> ReadAsync(Terminal terminal, bool isInteractive, CancellationToken interrupted)
    {
        var hasInput = false;

        async Task<ImmutableArray<T>> SectionAsync<T>(string title, Func<string, T> read)
        {
            if (isInteractive)
            {
                terminal.WriteLine(title);
                terminal.Flush();
            }

            var section = ImmutableArray.CreateBuilder<T>();
            while (await ReadLineAsync(terminal, interrupted).ConfigureAwait(false) is { } line)
            {
                hasInput = true;
                if (line.Trim() is not { Length: > 0 } text)
                {
                    break;
                }

                section.Add(read(text));
            }

            return section.ToImmutable();
        }

        var txn = new EtcdOp.Txn
        {
            If = await SectionAsync("compares:", TxnCondition.Parse).ConfigureAwait(false),
            Then = await SectionAsync("success requests (get, put, del):", Request).ConfigureAwait(false),
            Else = await SectionAsync("failure requests (get, put, del):", Request).ConfigureAwait(false),
        };

        // Empty lines are a transaction that does nothing, as etcdctl takes them; no line at all is a script that forgot its input.
        return hasInput || isInteractive ? txn : throw new UsageException("txn: the standard input is empty; a transaction has a condition or a request.");
    }

    private static async Task<string?> ReadLineAsync(Terminal terminal, CancellationToken interrupted) =>

        // A terminal is read by a call that nothing interrupts; Ctrl-C does not wait for it.
        await terminal.Lines.ReadLineAsync(interrupted).AsTask().WaitAsync(interrupted).ConfigureAwait(false);

    /// <summary>A line such as <c>put key "some value" --prev-kv</c>.</summary>
    private static EtcdOp Request(string line)
    {
        var operations = new Dictionary<Command, IKvOperation>
        {
            [new Command("put")] = new PutOperation(),
            [new Command("get")] = new GetOperation(),
            [new Command("del")] = new DeleteOperation(),
        };
        var root = new RootCommand();
        foreach (var (command, operation) in operations)
        {
            operation.AddTo(command);
            root.Subcommands.Add(command);
        }

        var words = TxnWords.Split(line);
        if (root.Subcommands.All(command => command.Name != words[0]))
        {
            throw new UsageException($"The request '{line}' is not allowed; put, get and del are.");
        }

        var result = root.Parse(words);
        return result.Errors.Count == 0
            ? operations[result.CommandResult.Command].Read(result, piped: null)
            : throw new UsageException($"The request '{line}' cannot be read: {string.Join(" ", result.Errors.Select(error => error.Message))}");
    }
}
