using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <content>Work that runs only while leading.</content>
internal sealed partial class DistributedElection
{
    public async Task RunWhileLeaderAsync(
        Bytes value, Func<ILeadership, CancellationToken, Task> work, CampaignOptions? options = null, CancellationToken cancellationToken = default)
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
