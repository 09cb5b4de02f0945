using System.CommandLine;

namespace Coordination.Chaos.Workers;

/// <summary>The hidden command that a <see cref="WorkerProcess"/> runs. It ends when its standard input does.</summary>
internal static class WorkerCommand
{
    public const string Name = "worker";

    public static Command Create()
    {
        var role = new Argument<WorkerRole>("role");
        var name = new Option<string>("--name") { Required = true };
        var etcd = new Option<string>("--etcd") { Required = true };
        var key = new Option<string>("--key") { Required = true };
        var ttl = new Option<double>("--ttl") { Required = true };
        var seed = new Option<int>("--seed");
        var command = new Command(Name, "One of the processes that compete.") { role, name, etcd, key, ttl, seed };
        command.Hidden = true;
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var worker = new Worker(
                result.GetValue(name)!, new Uri(result.GetValue(etcd)!), result.GetValue(key)!, TimeSpan.FromSeconds(result.GetValue(ttl)), result.GetValue(seed));
            var working = worker.RunAsync(result.GetValue(role), stop.Token);
            await Task.WhenAny(working, Console.In.ReadToEndAsync(stop.Token));
            await stop.CancelAsync();
            await working;
        });
        return command;
    }
}

/// <summary>What a worker is there for.</summary>
internal enum WorkerRole
{
    /// <summary>Acquires, holds for a moment, releases, again and again.</summary>
    Compete,

    /// <summary>Acquires once and holds until it loses the lock.</summary>
    Hold,

    /// <summary>Acquires once, then blocks every thread of its pool.</summary>
    Starve,

    /// <summary>Holds another lock, and has a hundred callers block on this one in a pool of ten threads.</summary>
    Block,
}
