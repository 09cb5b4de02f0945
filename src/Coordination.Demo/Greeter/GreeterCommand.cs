using System.CommandLine;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Greeter.Call;
using Coordination.Demo.Greeter.Serve;

namespace Coordination.Demo.Greeter;

/// <summary>The command <c>greeter</c>: servers that come and go, and callers that do not notice.</summary>
internal static class GreeterCommand
{
    public static Command Create(EtcdConnection connection) => new(
        "greeter",
        """
        Servers that register themselves, and callers that find them: greeter serve in some terminals, greeter call in another. Start and stop servers at will.

        Examples:
          coordination etcd serve --port 2379
          coordination greeter serve --etcd http://127.0.0.1:2379          (three times, in three terminals)
          coordination greeter call --etcd http://127.0.0.1:2379
        """)
    {
        new ServeCommand(connection).Create(),
        new CallCommand(connection).Create(),
    };
}
