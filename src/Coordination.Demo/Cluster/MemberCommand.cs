using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Cluster;

/// <summary>The command <c>member list</c>, with the output of etcdctl.</summary>
internal static class MemberCommand
{
    private static readonly string[] Columns = ["ID", "STATUS", "NAME", "PEER ADDRS", "CLIENT ADDRS", "IS LEARNER"];

    public static Command Create(EtcdConnection connection) => new(
        "member",
        """
        The members of the cluster: list. To add and remove them is for etcdctl.

        Example:
          coordination member list
        """)
    {
        List(connection),
    };

    private static Command List(EtcdConnection connection)
    {
        var form = new FormOption(hasTable: true);
        var command = new Command(
            "list",
            """
            Prints the members of the cluster: id, whether it has started, name, where the other members and where clients reach it, whether it only learns.

            Example:
              coordination member list -w table

            Exit codes: 0 done, 2 wrong command line, 3 etcd cannot be used.
            """);
        form.AddTo(command);
        command.SetAction((result, interrupted) => connection.RunRequestAsync(
            result,
            async (etcd, limit) =>
            {
                var members = await etcd.ListMembersAsync(limit).ConfigureAwait(false);
                switch (form.Read(result, connection.Terminal))
                {
                    case OutputForm.Json:
                        var answered = (await etcd.GetStatusAsync(null, limit).ConfigureAwait(false)).Header;
                        EtcdJson.WriteLine(connection.Terminal, json => Write(json, answered, members));
                        break;
                    case OutputForm.Table:
                        EndpointLines.Table(connection.Terminal, Columns, members.Select(Row));
                        break;
                    default:
                        members.ToList().ForEach(member => connection.Terminal.WriteLine(string.Join(", ", Row(member))));
                        break;
                }

                return ExitCode.Ok;
            },
            interrupted));
        return command;
    }

    private static string[] Row(EtcdMember member) =>
    [
        member.Id.ToString("x", CultureInfo.InvariantCulture),
        member.Name.Length == 0 ? "unstarted" : "started",
        member.Name,
        string.Join(',', member.PeerUrls),
        string.Join(',', member.ClientUrls),
        EndpointLines.Word(member.IsLearner),
    ];

    private static void Write(Utf8JsonWriter json, EtcdHeader answered, IEnumerable<EtcdMember> members)
    {
        json.WriteStartObject();

        // As etcd has it: a list of members has no revision.
        json.Header(answered with { Revision = Revision.None });
        json.WriteStartArray("members");
        foreach (var member in members)
        {
            json.WriteStartObject();
            json.WriteNumber("ID", member.Id);
            if (member.Name.Length > 0)
            {
                json.WriteString("name", member.Name);
            }

            Write(json, "peerURLs", member.PeerUrls);
            Write(json, "clientURLs", member.ClientUrls);
            if (member.IsLearner)
            {
                json.WriteBoolean("isLearner", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyCollection<string> urls)
    {
        if (urls.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var url in urls)
            {
                json.WriteStringValue(url);
            }

            json.WriteEndArray();
        }
    }
}
