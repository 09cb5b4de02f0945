using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coordination.Demo.Dashboard.Model;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard;

/// <summary>
/// Follows etcd and tells its readers what there is, what has happened and what happens. One for all readers: an overview is made once, at most every
/// <see cref="Pace"/>, and only while somebody reads.
/// </summary>
internal sealed class OverviewFeed
{
    /// <summary>Locks can change hands thousands of times a second; nobody reads faster than this.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LeasePace = TimeSpan.FromSeconds(3);

    /// <summary>What may wait for a slow reader. An overview says everything, so of too many messages the oldest can go.</summary>
    private const int ReaderBuffer = 256;

    /// <summary>Each is a question to etcd.</summary>
    private const int MostLeases = 500;

    private readonly CoordinationSystem _system;
    private readonly ServiceLayout _layout;
    private readonly ImmutableArray<WatchedRange> _ranges;
    private readonly ConcurrentDictionary<Channel<FeedMessage>, bool> _readers = [];
    private readonly Lock _lock = new();
    private readonly HistoryLog _history = new();
    private ImmutableDictionary<LeaseId, LeaseAnswer> _leases = ImmutableDictionary<LeaseId, LeaseAnswer>.Empty;
    private Overview? _latest;

    public OverviewFeed(CoordinationSystem system, ServiceLayout layout, IEnumerable<KeyRange> ranges)
    {
        _system = system;
        _layout = layout;
        _ranges = [.. ranges.Select(keys => new WatchedRange(keys, new KeyMirror(layout)))];
    }

    /// <summary>Follows until it is cancelled.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll([.. _ranges.Select(range => FollowAsync(range, stopping)), PublishAsync(stopping), AskLeasesAsync(stopping)]);

    /// <summary>What there is now.</summary>
    public Overview Read()
    {
        lock (_lock)
        {
            return _latest ??= Make();
        }
    }

    /// <summary>What there is now, once etcd has told it, with what etcd says about the leases.</summary>
    public async Task<Overview> ReadOnceAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (message is FeedMessage.Present { Overview.Etcd.IsConnected: true })
            {
                break;
            }
        }

        await AskLeasesOnceAsync(cancellationToken).ConfigureAwait(false);
        return Read();
    }

    /// <summary>What there is now, what has happened so far, and from then on what changes and what happens.</summary>
    public async IAsyncEnumerable<FeedMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<FeedMessage>(new BoundedChannelOptions(ReaderBuffer) { FullMode = BoundedChannelFullMode.DropOldest });
        try
        {
            FeedMessage.Past past;
            lock (_lock)
            {
                // What is not in the past any more comes through the channel.
                _readers[channel] = true;
                past = new FeedMessage.Past(_history.All);
            }

            yield return new FeedMessage.Present(Read());
            yield return past;
            await foreach (var message in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
        finally
        {
            _readers.TryRemove(channel, out _);
        }
    }

    private async Task FollowAsync(WatchedRange range, CancellationToken stopping)
    {
        await foreach (var told in _system.Watch(range.Keys).WithCancellation(stopping).ConfigureAwait(false))
        {
            lock (_lock)
            {
                var history = range.Apply(told);
                _latest = null;
                if (!history.IsEmpty)
                {
                    _history.Add(history);
                    Tell(new FeedMessage.Happened(history));
                }
            }
        }
    }

    private async Task PublishAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        Overview? told = null;
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            if (!_readers.IsEmpty && Read() is var now && !ReferenceEquals(now, told))
            {
                told = now;
                Tell(new FeedMessage.Present(now));
            }
        }
    }

    private async Task AskLeasesAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LeasePace, TimeProvider.System);
        do
        {
            if (!_readers.IsEmpty)
            {
                await AskLeasesOnceAsync(stopping).ConfigureAwait(false);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    private async Task AskLeasesOnceAsync(CancellationToken stopping)
    {
        var answers = ImmutableDictionary.CreateBuilder<LeaseId, LeaseAnswer>();
        foreach (var lease in LeasesToAsk())
        {
            if (!Read().Etcd.IsConnected)
            {
                // Each would be waited for, and readers hear nothing meanwhile.
                break;
            }

            if (await AskAsync(lease, stopping).ConfigureAwait(false) is { } answer)
            {
                answers[lease] = answer;
            }
        }

        lock (_lock)
        {
            (_leases, _latest) = (answers.ToImmutable(), null);
        }
    }

    private IEnumerable<LeaseId> LeasesToAsk()
    {
        lock (_lock)
        {
            return [.. _ranges.SelectMany(range => range.Mirror.Keys).Where(kv => !kv.Lease.IsNone).Select(kv => kv.Lease).Distinct().Take(MostLeases)];
        }
    }

    private async Task<LeaseAnswer?> AskAsync(LeaseId lease, CancellationToken stopping)
    {
        try
        {
            var info = await _system.Etcd.GetLeaseAsync(lease, withKeys: false, stopping).ConfigureAwait(false);
            return new LeaseAnswer(info.Granted, info.Remaining);
        }
        catch (CoordinationException)
        {
            // That etcd is away, the watch tells. Without permission to ask, the TTL stays unknown.
            return null;
        }
    }

    private Overview Make() => OverviewReader.Read(
        _ranges.SelectMany(range => range.Mirror.Keys),
        _layout,
        _leases,
        SeenSoFar(),
        new EtcdCondition(
            _ranges.All(range => range.IsConnected),
            string.Join(", ", _system.Etcd.Endpoints.Select(endpoint => endpoint.Authority)),
            _ranges.Max(range => range.Mirror.Revision),
            _ranges.FirstOrDefault(range => range.Error is not null)?.Error,
            _ranges.Min(range => range.StaleSince)));

    private Seen SeenSoFar()
    {
        var now = TimeProvider.System.GetUtcNow();
        var seen = _ranges.Select(range => range.Mirror.Seen(now)).ToList();
        return new Seen(seen.SelectMany(one => one.LeadsSince).ToDictionary(), [.. seen.SelectMany(one => one.Gone)]);
    }

    private void Tell(FeedMessage message)
    {
        foreach (var reader in _readers.Keys)
        {
            reader.Writer.TryWrite(message);
        }
    }

    private sealed class WatchedRange(KeyRange keys, KeyMirror mirror)
    {
        public KeyRange Keys => keys;

        public KeyMirror Mirror => mirror;

        public bool IsConnected { get; private set; }

        public string? Error { get; private set; }

        public DateTimeOffset? StaleSince { get; private set; }

        public ImmutableArray<HistoryEntry> Apply(WatchEvent told)
        {
            var now = TimeProvider.System.GetUtcNow();
            (IsConnected, Error, StaleSince) = told is WatchEvent.Interrupted { Error: var error } ? (false, error.Message, StaleSince ?? now) : (true, default(string), default(DateTimeOffset?));
            return mirror.Apply(told, now);
        }
    }
}

/// <summary>What a reader is told.</summary>
internal abstract record FeedMessage
{
    private FeedMessage()
    {
    }

    /// <summary>The whole of what there is.</summary>
    public sealed record Present(Overview Overview) : FeedMessage;

    /// <summary>What had happened before the reader came; once, after the first <see cref="Present"/>.</summary>
    public sealed record Past(ImmutableArray<HistoryEntry> History) : FeedMessage;

    /// <summary>What has just happened.</summary>
    public sealed record Happened(ImmutableArray<HistoryEntry> History) : FeedMessage;
}
