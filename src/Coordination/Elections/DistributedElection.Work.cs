using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <content>Work that runs only while leading.</content>
public sealed partial class DistributedElection
{
    /// <summary>
    /// Runs work only while leading: campaigns, starts the work when elected, cancels it when the leadership is lost or to be handed over, waits until it has
    /// really stopped, resigns, and campaigns again. The lease is renewed until the work has stopped, so nobody else leads before that, unless
    /// the leadership was lost or the work takes longer than <see cref="ElectionOptions.DrainTimeout"/>.
    /// </summary>
    /// <param name="value">What is proclaimed.</param>
    /// <param name="work">
    /// The work. Its token is cancelled when it has to stop: the leadership is lost, a preferred candidate waits or a transfer was requested, or the caller
    /// or the system stops. It may run once for every term.
    /// </param>
    /// <param name="options">The candidate's name, priority and TTL.</param>
    /// <param name="cancellationToken">Ends it all: the work is stopped, then the leadership is resigned.</param>
    /// <returns>Completes when the work has completed by itself, without having been asked to stop; the leadership is resigned then.</returns>
    /// <exception cref="CoordinationException">etcd refused, or the system has stopped.</exception>
    /// <exception cref="TimeoutException">The work did not stop within <see cref="ElectionOptions.DrainTimeout"/>: it may still run, so it is not started again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>What the work throws by itself is thrown here, after the leadership was resigned.</remarks>
    public async Task RunWhileLeaderAsync(
        Bytes value, Func<Leadership, CancellationToken, Task> work, CampaignOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        while (true)
        {
            var leadership = await CampaignAsync(value, options ?? new CampaignOptions(), drains: true, host: null, cancellationToken).ConfigureAwait(false);
            await using (leadership.ConfigureAwait(false))
            {
                if (await new LeaderWork(_system, leadership, work).RunAsync(cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
