using System.Collections.Concurrent;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Time;
using Microsoft.Extensions.Logging;

namespace Coordination.Leases;

/// <summary>Renews leases, and proves the renewals where the server's word is not enough (<see cref="RenewalProof"/>). Thread-safe.</summary>
/// <param name="etcd">The client.</param>
/// <param name="mode">When a proof is needed.</param>
/// <param name="probe">A key to read; it need not exist.</param>
/// <param name="clock">The clock for timeouts.</param>
/// <param name="log">Where old servers are noted.</param>
internal sealed class LeaseRenewals(IEtcdClient etcd, RenewalProof mode, Bytes probe, MonotonicClock clock, ILogger log)
{
    // By member; a member that is upgraded meanwhile is only asked for more than is needed.
    private readonly ConcurrentDictionary<ulong, bool> _isOld = new();
    private int _isDenied;

    /// <summary>Renews once. What it returns can be counted on, from the time of the call.</summary>
    /// <exception cref="EtcdException">It failed, or could not be proven.</exception>
    public async Task<LeaseRenewed> RenewAsync(LeaseId id, TimeSpan timeout)
    {
        var renewed = await etcd.KeepAliveAsync(id, timeout).ConfigureAwait(false);
        if (!renewed.IsGone && await IsProofNeededAsync(renewed.Header.MemberId).ConfigureAwait(false))
        {
            await ProveAsync(renewed, timeout).ConfigureAwait(false);
        }

        return renewed;
    }

    private async ValueTask<bool> IsProofNeededAsync(ulong member) => mode switch
    {
        RenewalProof.Always => true,
        RenewalProof.Never => false,
        _ => _isOld.TryGetValue(member, out var isOld) ? isOld : await AskVersionAsync(member).ConfigureAwait(false),
    };

    private async Task<bool> AskVersionAsync(ulong member)
    {
        try
        {
            var status = await etcd.GetStatusAsync().ConfigureAwait(false);
            var isOld = !ServerVersion.RenewsOnlyAsLeader(status.Version);
            if (_isOld.TryAdd(status.Header.MemberId, isOld) && isOld)
            {
                log.LeaseServerIsOld(status.Endpoint.GetLeftPart(UriPartial.Authority), status.Version);
            }

            // Another member may have answered; then the one that renewed is asked next time.
            return status.Header.MemberId != member || isOld;
        }
        catch (EtcdException)
        {
            return true;
        }
    }

    private async Task ProveAsync(LeaseRenewed renewed, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, clock.Provider);
        try
        {
            var read = await etcd.GetAsync(new EtcdOp.Get(probe) { CountOnly = true }, limit.Token).ConfigureAwait(false);
            if (read.Header.MemberId != renewed.Header.MemberId || read.Header.RaftTerm != renewed.Header.RaftTerm)
            {
                throw new EtcdException(
                    CoordinationErrorKind.NoLeader,
                    WriteOutcome.Unknown,
                    $"the renewal of lease {renewed.Id} was acknowledged by member {renewed.Header.MemberId:x} in term {renewed.Header.RaftTerm}, but a read after it was "
                    + $"answered by member {read.Header.MemberId:x} in term {read.Header.RaftTerm}: the first may not have led any more");
            }
        }
        catch (OperationCanceledException)
        {
            throw new EtcdException(
                CoordinationErrorKind.Timeout, WriteOutcome.Unknown, $"the renewal of lease {renewed.Id} was acknowledged but could not be proven within {timeout.TotalSeconds:0.###} s");
        }
        catch (EtcdException error) when (error.Kind == CoordinationErrorKind.PermissionDenied)
        {
            // Without the permission there is no proof on such a server. To lose every lease over that would be worse.
            if (Interlocked.Exchange(ref _isDenied, 1) == 0)
            {
                log.LeaseProofDenied(probe.ToString(), error.Message);
            }
        }
    }
}
