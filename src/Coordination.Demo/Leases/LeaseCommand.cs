using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Leases;

/// <summary>The commands <c>lease grant</c>, <c>revoke</c>, <c>ttl</c> and <c>list</c>; <see cref="KeepAliveCommand"/> is the fifth.</summary>
internal static class LeaseCommand
{
    private const string ExitCodes = "Exit codes: 0 done, 1 there is no such lease, 2 wrong command line, 3 etcd cannot be used.";

    public static Command Create(EtcdConnection connection) => new(
        "lease",
        """
        Leases in etcd, with the output of etcdctl: grant, revoke, keep-alive, ttl, list.

        Examples:
          coordination lease grant 10
          coordination kv put --lease 694d819f80025a42 foo bar
          coordination lease ttl --keys 694d819f80025a42
        """)
    {
        Grant(connection),
        Revoke(connection),
        KeepAliveCommand.Create(connection),
        TimeToLive(connection),
        List(connection),
    };

    internal static Argument<LeaseId> IdArgument() => new("id") { Description = "The lease, in hexadecimal.", CustomParser = LeaseText.Parse };

    private static Command Grant(EtcdConnection connection)
    {
        var ttl = new Argument<TimeSpan>("ttl")
        {
            Description = "Its TTL: a number of seconds, or a duration such as 90s or 5m, in whole seconds.",
            CustomParser = result => Ttl.Parse(result),
        };
        var id = new Option<LeaseId>("--id") { Description = "Its id. Default: etcd chooses one.", HelpName = "id", CustomParser = LeaseText.Parse };
        var command = new Command(
            "grant",
            """
            Grants a lease: keys that are put on it go when it is not kept alive for its TTL.

            Examples:
              coordination lease grant 10
              coordination lease grant 5m --id 1234abcd

            Exit codes: 0 granted, 1 etcd refused it (there is a lease with that id), 2 wrong command line, 3 etcd cannot be used.
            """)
        {
            ttl, id,
        };
        return Requests(connection, command, async (etcd, result, form, limit) =>
        {
            var granted = await etcd.GrantLeaseAsync(result.GetRequiredValue(ttl), result.GetValue(id), limit).ConfigureAwait(false);
            LeaseLines.Granted(connection.Terminal, form, granted);
            return ExitCode.Ok;
        });
    }

    private static Command Revoke(EtcdConnection connection)
    {
        var id = IdArgument();
        var command = new Command(
            "revoke",
            $"""
            Revokes a lease: the keys on it are deleted.

            Example:
              coordination lease revoke 694d819f80025a42

            {ExitCodes}
            """)
        {
            id,
        };
        return Requests(connection, command, async (etcd, result, form, limit) =>
        {
            var lease = result.GetRequiredValue(id);
            LeaseLines.Revoked(connection.Terminal, form, lease, await etcd.RevokeLeaseAsync(lease, limit).ConfigureAwait(false));
            return ExitCode.Ok;
        });
    }

    private static Command TimeToLive(EtcdConnection connection)
    {
        var id = IdArgument();
        var keys = new Option<bool>("--keys") { Description = "Also the keys that live on it." };
        var command = new Command(
            "ttl",
            $"""
            Prints how long a lease lives without being kept alive (etcdctl: lease timetolive, which is understood, too).

            Example:
              coordination lease ttl --keys 694d819f80025a42

            {ExitCodes}
            """)
        {
            id, keys,
        };
        command.Aliases.Add("timetolive");
        return Requests(connection, command, async (etcd, result, form, limit) =>
        {
            var withKeys = result.GetValue(keys);
            var info = await etcd.GetLeaseAsync(result.GetRequiredValue(id), withKeys, limit).ConfigureAwait(false);
            LeaseLines.Info(connection.Terminal, form, info, withKeys);
            return info.Remaining < TimeSpan.Zero ? ExitCode.CheckFailed : ExitCode.Ok;
        });
    }

    private static Command List(EtcdConnection connection) => Requests(
        connection,
        new Command(
            "list",
            """
            Prints all leases.

            Exit codes: 0 done, 2 wrong command line, 3 etcd cannot be used.
            """),
        async (etcd, _, form, limit) =>
        {
            var leases = await etcd.ListLeasesAsync(limit).ConfigureAwait(false);
            var answered = form == OutputForm.Json ? (await etcd.GetStatusAsync(null, limit).ConfigureAwait(false)).Header : default;
            LeaseLines.List(connection.Terminal, form, leases, answered);
            return ExitCode.Ok;
        });

    private static Command Requests(EtcdConnection connection, Command command, Func<IEtcdClient, ParseResult, OutputForm, CancellationToken, Task<int>> run)
    {
        var form = new FormOption();
        form.AddTo(command);
        command.SetAction((result, interrupted) => connection.RunRequestAsync(
            result, (etcd, limit) => run(etcd, result, form.Read(result, connection.Terminal), limit), interrupted));
        return command;
    }
}
