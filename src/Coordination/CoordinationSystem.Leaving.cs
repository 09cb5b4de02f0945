using Akka;
using Coordination.Diagnostics;

namespace Coordination;

/// <content>How the services of a process leave.</content>
public sealed partial class CoordinationSystem
{
    /// <summary>
    /// Drains all registrations, gives callers time to notice (<see cref="ServiceOptions.DrainTime"/>), and deregisters them. Bounded by
    /// <see cref="CoordinationOptions.StopTimeout"/> beside that time; does not throw: registrations that could not be removed are tried again when the system stops,
    /// and otherwise go with their lease. For programs without a host: call it before the server stops taking requests.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task LeaveServicesAsync(CancellationToken cancellationToken = default)
    {
        var registrations = _context.Registrations.Cells.Select(cell => new ServiceRegistration(this, cell)).ToList();
        if (registrations.Count == 0 || Stopped.IsCancellationRequested)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopped);
        using var time = new CancellationTokenSource(Options.StopTimeout + Options.Services.DrainTime, Options.TimeProvider);
        await using var ended = time.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit).ConfigureAwait(false);
        _context.Log.ServicesLeaving(registrations.Count);
        try
        {
            if (Options.Services.DrainTime > TimeSpan.Zero)
            {
                await Task.WhenAll(registrations.Select(registration => registration.SetStateAsync(InstanceState.Draining, limit.Token))).ConfigureAwait(false);
                await Task.Delay(Options.Services.DrainTime, Options.TimeProvider, limit.Token).ConfigureAwait(false);
            }

            await Task.WhenAll(registrations.Select(registration => registration.DeregisterAsync(limit.Token))).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or CoordinationException)
        {
            _context.Log.ServicesNotLeft(error.Message);
        }
    }

    /// <summary>Whether it is needed until the cluster of the host has left: then whoever said so ends it.</summary>
    internal bool EndsAfterCluster { get; set; }

    /// <summary>Ends in order with the actor system of the host. What was ended before is left alone.</summary>
    private void EndWith(ActorSystem host)
    {
        var shutdown = CoordinatedShutdown.Get(host);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, $"coordination-services-{Options.Name}", async () =>
        {
            await LeaveServicesAsync().ConfigureAwait(false);
            return Done.Instance;
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, $"coordination-{Options.Name}", async () =>
        {
            if (!EndsAfterCluster)
            {
                await DisposeAsync().ConfigureAwait(false);
            }

            return Done.Instance;
        });
    }
}
