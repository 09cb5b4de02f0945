using System.CommandLine;

namespace Coordination.Chaos.Shards;

/// <summary>The hidden command that runs a <see cref="ShardNode"/>. It ends when its standard input does.</summary>
internal static class ShardCommand
{
    public const string Name = "shard-node";

    public static Command Create()
    {
        var name = new Option<string>("--name") { Required = true };
        var etcd = new Option<string>("--etcd") { Required = true };
        var port = new Option<int>("--port") { Required = true };
        var seed = new Option<int>("--seed-port") { Required = true };
        var members = new Option<int>("--members") { Required = true };
        var command = new Command(Name, "A node with a shard whose lease is in etcd.") { name, etcd, port, seed, members };
        command.Hidden = true;
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var node = new ShardNode(result.GetValue(name)!, new Uri(result.GetValue(etcd)!), result.GetValue(port), result.GetValue(seed));
            var working = node.RunAsync(result.GetValue(members), stop.Token);
            await Task.WhenAny(working, Console.In.ReadToEndAsync(stop.Token));
            await stop.CancelAsync();
            await working;
        });
        return command;
    }
}
