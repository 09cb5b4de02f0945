using Coordination.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Coordination.Leases;

/// <summary>
/// Tells a loss. It is rare and urgent, so it gets a thread of its own: a starved thread pool does not delay it, and callbacks of users, which run on
/// it, may take their time. What such a callback throws is logged; it must not end the process.
/// </summary>
internal static class LossNews
{
    public static void Tell(CancellationTokenSource lost, string what, ILogger log) =>
        new Thread(() => Cancel(lost, what, log)) { IsBackground = true, Name = $"{what} lost" }.Start();

    private static void Cancel(CancellationTokenSource lost, string what, ILogger log)
    {
        try
        {
            lost.Cancel();
        }
        catch (AggregateException error)
        {
            log.LossCallbackFailed(error, what);
        }
    }
}
