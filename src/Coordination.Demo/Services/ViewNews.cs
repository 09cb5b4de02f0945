using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Coordination.Demo.Services;

/// <summary>Something new about a service: a change of its instances, or of the entries that were set aside because they cannot be understood.</summary>
/// <param name="Change">The change of the instances; null: there is none.</param>
/// <param name="View">The view now.</param>
/// <param name="SetAside">What was set aside since the last news.</param>
/// <param name="TakenBack">What was set aside before, and is not any more.</param>
internal sealed record ViewNews(ServiceChange? Change, ServiceView View, ImmutableArray<RejectedEntry> SetAside, ImmutableArray<RejectedEntry> TakenBack)
{
    /// <summary>How often it is looked whether entries were set aside, which is no change of the instances.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>The news as lines for people.</summary>
    public IEnumerable<string> Lines() =>
    [
        .. Change is null ? [] : ChangeText.Lines(Change),
        .. SetAside.Select(entry => $"ASIDE    {entry.Key}: {entry.Reason}"),
        .. TakenBack.Select(entry => $"no more  set aside: {entry.Key}"),
    ];

    /// <summary>Everything that is new, until the token is cancelled.</summary>
    public static async IAsyncEnumerable<ViewNews> FollowAsync(IServiceDiscovery discovery, [EnumeratorCancellation] CancellationToken stopping)
    {
        var known = ImmutableArray<RejectedEntry>.Empty;
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        var changes = discovery.ChangesAsync(stopping).GetAsyncEnumerator(stopping);
        var next = changes.MoveNextAsync().AsTask();
        var tick = timer.WaitForNextTickAsync(stopping).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(next, tick).ConfigureAwait(false);
                ServiceChange? change = null;
                if (next.IsCompleted)
                {
                    if (!await next.ConfigureAwait(false))
                    {
                        yield break;
                    }

                    change = changes.Current;
                    next = changes.MoveNextAsync().AsTask();
                }
                else
                {
                    await tick.ConfigureAwait(false);
                    tick = timer.WaitForNextTickAsync(stopping).AsTask();
                }

                var view = discovery.Current;
                var news = new ViewNews(change, view, [.. view.Rejected.Except(known)], [.. known.ExceptBy(view.Rejected.Select(entry => entry.Key), entry => entry.Key)]);
                known = view.Rejected;
                if (change is not null || news.SetAside.Length + news.TakenBack.Length > 0)
                {
                    yield return news;
                }
            }
        }
        finally
        {
            // An enumerator must not be disposed while it moves.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync().ConfigureAwait(false);
        }
    }
}
