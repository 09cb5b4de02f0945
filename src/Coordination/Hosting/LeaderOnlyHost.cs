using Coordination.Diagnostics;
using Coordination.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Hosting;

/// <summary>Campaigns as long as the host runs, and runs one instance of the service in each term of ours.</summary>
internal sealed class LeaderOnlyHost<T>(CoordinationSystem system, IServiceScopeFactory scopes, string election, LeaderOnlyOptions options) : BackgroundService
    where T : class, IHostedService
{
    private static readonly bool WantsLeadership = typeof(T).GetConstructors().Any(
        constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(ILeadership)));

    private int _failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await system.Election(election)
                    .RunWhileLeaderAsync(options.Value ?? system.Options.Owner, RunServiceAsync, options.Campaign, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested && error is not CoordinationException { Kind: CoordinationErrorKind.Stopped })
            {
                system.Log.LeaderOnlyServiceFailed(error, election, typeof(T).Name);
            }

            await Task.Delay(BackoffPolicy.Default.After(++_failures, Random.Shared), system.Options.TimeProvider, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RunServiceAsync(ILeadership leadership, CancellationToken stop)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var service = WantsLeadership
                ? ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider, leadership)
                : ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider);
            try
            {
                await service.StartAsync(stop).ConfigureAwait(false);
                await EndOfAsync(service, stop).ConfigureAwait(false);
                _failures = 0;
            }
            finally
            {
                // As long as it takes: the leadership is kept until it has stopped, and how long that may be is the election's to say.
                await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
                await DisposeAsync(service).ConfigureAwait(false);
            }
        }

        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Until it is to be stopped, or has failed. One that completes has done what it had to do in this term, and keeps the leadership.</summary>
    private static async Task EndOfAsync(T service, CancellationToken stop)
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        if (service is BackgroundService { ExecuteTask: { } execution })
        {
            await Task.WhenAny(execution, stopped).ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
            {
                await execution.ConfigureAwait(false);
            }
        }

        await Task.WhenAny(stopped).ConfigureAwait(false);
    }

    private static async ValueTask DisposeAsync(T service)
    {
        if (service is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync().ConfigureAwait(false);
        }
        else if (service is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }
}
