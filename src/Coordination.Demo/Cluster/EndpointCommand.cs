using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Cluster;

/// <summary>The commands <c>endpoint status</c> and <c>endpoint health</c>: each of the endpoints is asked for itself.</summary>
internal static class EndpointCommand
{
    public static Command Create(EtcdConnection connection) => new(
        "endpoint",
        """
        The members of etcd that --etcd names, each asked for itself: status, health.

        Examples:
          coordination endpoint health --etcd http://a:2379,http://b:2379,http://c:2379
          coordination endpoint status -w table
          coordination endpoint health --cluster
        """)
    {
        Command(
            connection,
            "status",
            """
            Prints what each endpoint says about itself: id, version, size of its database, whether it leads, raft term and index, errors.

            Example:
              coordination endpoint status --etcd http://a:2379,http://b:2379,http://c:2379

            Exit codes: 0 all answered, 2 wrong command line, 3 one did not.
            """,
            (etcd, settings, limit) => StatusAsync(connection.Terminal, etcd, settings, limit),
            EndpointLines.Status),
        Command(
            connection,
            "health",
            """
            Asks each endpoint for a linearizable read, which it can only answer while the cluster has a quorum.

            Example:
              coordination endpoint health --json | jq '.[] | select(.health | not)'

            Exit codes: 0 all are healthy, 2 wrong command line, 3 one is not.
            """,
            HealthAsync,
            EndpointLines.Health),
    };

    private static Command Command<T>(
        EtcdConnection connection, string name, string description, Func<IEtcdClient, EtcdSettings, CancellationToken, Task<T>> ask, Action<Terminal, OutputForm, IReadOnlyList<T>> print)
        where T : IEndpointAnswer
    {
        var form = new FormOption(hasTable: true);
        var all = new Option<bool>("--cluster") { Description = "Ask all members of the cluster at their client addresses, not only the endpoints of --etcd." };
        var command = new Command(name, description) { all };
        form.AddTo(command);
        command.SetAction((result, interrupted) => connection.RunClientAsync(
            result,
            async (etcd, settings) =>
            {
                var endpoints = result.GetValue(all) ? await MembersAsync(etcd, interrupted).ConfigureAwait(false) : settings.Endpoints;
                var answers = await Task.WhenAll(endpoints.Select(endpoint => AskAsync(settings.Only(endpoint) with { ShowsScheme = settings.ShowsScheme || result.GetValue(all) }, ask, interrupted))).ConfigureAwait(false);
                print(connection.Terminal, form.Read(result, connection.Terminal), answers);
                return answers.All(answer => answer.IsGood) ? ExitCode.Ok : ExitCode.Unavailable;
            },
            interrupted));
        return command;
    }

    private static async Task<IReadOnlyList<Uri>> MembersAsync(IEtcdClient etcd, CancellationToken interrupted)
    {
        var members = await etcd.ListMembersAsync(interrupted).ConfigureAwait(false);
        return [.. members.SelectMany(member => member.ClientUrls).Select(url => new Uri(url))];
    }

    private static async Task<T> AskAsync<T>(EtcdSettings one, Func<IEtcdClient, EtcdSettings, CancellationToken, Task<T>> ask, CancellationToken interrupted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        limit.CancelAfter(one.CommandTimeout + one.DialTimeout);
        var etcd = new EtcdClient(one.ForRequests());
        await using (etcd.ConfigureAwait(false))
        {
            return await ask(etcd, one, limit.Token).ConfigureAwait(false);
        }
    }

    private static async Task<StatusAnswer> StatusAsync(Terminal terminal, IEtcdClient etcd, EtcdSettings one, CancellationToken limit)
    {
        try
        {
            return new StatusAnswer(Name(one), await etcd.GetStatusAsync(null, limit).ConfigureAwait(false));
        }
        catch (CoordinationException error)
        {
            terminal.Say($"no status of {Name(one)}: {error.Message}");
            return new StatusAnswer(Name(one), null);
        }
    }

    private static async Task<HealthAnswer> HealthAsync(IEtcdClient etcd, EtcdSettings one, CancellationToken limit)
    {
        try
        {
            // So that not the making of the connection is measured.
            await etcd.GetStatusAsync(null, limit).ConfigureAwait(false);
        }
        catch (CoordinationException)
        {
            // The health says it.
        }

        var health = await etcd.CheckHealthAsync(null, limit).ConfigureAwait(false);
        return new HealthAnswer(Name(one), health.Took, health.IsHealthy ? null : health.Error?.Message ?? "no answer");
    }

    // As etcdctl writes them: as they were typed, or as the members say it.
    private static string Name(EtcdSettings one) => one.ShowsScheme ? one.Endpoints[0].GetLeftPart(UriPartial.Authority) : one.Endpoints[0].Authority;
}
