using System.CommandLine;
using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Kv;
using Coordination.Etcd;

namespace Coordination.Demo.Cluster;

/// <summary>The command <c>compact</c>.</summary>
internal static class CompactCommand
{
    public static Command Create(EtcdConnection connection)
    {
        var revision = new Argument<long>("revision") { Description = "The oldest revision to keep.", CustomParser = result => NumberOption.Parse(result, 1) };
        var physical = new Option<bool>("--physical") { Description = "Wait until the space is free." };
        var form = new FormOption();
        var command = new Command(
            "compact",
            """
            Forgets the history before a revision, of all keys. What is older cannot be read or watched any more; the keys as they are now stay.

            Example:
              coordination compact 5

            Exit codes: 0 done, 1 etcd refused it (compacted already, or a revision yet to come), 2 wrong command line, 3 etcd cannot be used.
            """)
        {
            revision, physical,
        };
        command.Aliases.Add("compaction");
        form.AddTo(command);
        command.SetAction((result, interrupted) => connection.RunRequestAsync(
            result,
            async (etcd, limit) =>
            {
                var until = result.GetRequiredValue(revision);
                var header = await etcd.CompactAsync(new Revision(until), result.GetValue(physical), limit).ConfigureAwait(false);
                if (form.Read(result, connection.Terminal) == OutputForm.Json)
                {
                    EtcdJson.WriteLine(connection.Terminal, json =>
                    {
                        json.WriteStartObject();
                        json.Header(header);
                        json.WriteEndObject();
                    });
                }
                else
                {
                    connection.Terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compacted revision {until}"));
                }

                return ExitCode.Ok;
            },
            interrupted));
        return command;
    }
}
