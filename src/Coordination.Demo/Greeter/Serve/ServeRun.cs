using Coordination.Demo.Cli;
using Coordination.Demo.Services;

namespace Coordination.Demo.Greeter.Serve;

/// <summary>The life of a greeter: registered while it listens, drained before it ends.</summary>
internal sealed class ServeRun(CoordinationSystem system, GreeterServer server, Lines lines)
{
    private static readonly TimeSpan RegisterLimit = TimeSpan.FromSeconds(10);

    // By then the callers have heard of it; calls that were on their way to a closed door would be retried, or lost.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(ServiceInstance instance, RegistrationOptions options, TimeSpan warmUp, CancellationToken stopping)
    {
        // The end of the system gives it back when nothing else did.
        var registration = system.Register(instance, options);
        var watching = RegistrationWatch.RunAsync(registration, lines);
        await registration.WaitUntilRegisteredAsync(RegisterLimit, stopping).ConfigureAwait(false);
        lines.Write($"{instance.Service}/{instance.Id} listens on {instance.Address} (process {Environment.ProcessId}); Ctrl-C ends it");
        await WarmUpAsync(registration, warmUp, stopping).ConfigureAwait(false);
        await stopping.CancelledAsync().ConfigureAwait(false);
        var (cutOff, isEtcdThere) = await DrainAsync(registration).ConfigureAwait(false);
        if (isEtcdThere)
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            await watching.WaitAsync(PublishLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lines.Write($"served {server.Served} calls, {(cutOff == 0 ? "none was" : $"{cutOff} were")} cut off");
        return cutOff == 0 ? ExitCode.Ok : ExitCode.CheckFailed;
    }

    private async Task WarmUpAsync(IServiceRegistration registration, TimeSpan warmUp, CancellationToken stopping)
    {
        if (warmUp == TimeSpan.Zero)
        {
            lines.Write("serving");
            return;
        }

        lines.Write($"starting, for {new Duration(warmUp)}");
        if (await stopping.ForAsync(warmUp).ConfigureAwait(false))
        {
            await registration.SetStateAsync(InstanceState.Serving, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lines.Write("serving");
        }
    }

    private async Task<(int CutOff, bool IsEtcdThere)> DrainAsync(IServiceRegistration registration)
    {
        lines.Write($"draining: {server.InFlight} calls in flight");

        // When etcd is away nobody can be told; the end does not wait for it.
        var publishing = registration.SetStateAsync(InstanceState.Draining).WaitAsync(PublishLimit);
        await publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CancellationToken.None.ForAsync(Settle).ConfigureAwait(false);
        return (await server.StopAsync().ConfigureAwait(false), publishing.IsCompletedSuccessfully);
    }
}
