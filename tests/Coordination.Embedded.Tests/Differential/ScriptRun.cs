using Coordination.Embedded.Store;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>Runs one script on both servers, request by request, and compares.</summary>
internal sealed class ScriptRun : IAsyncDisposable
{
    private readonly Side _embedded;
    private readonly Side _real;
    private readonly long _offset;
    private readonly WatchRecorder _embeddedWatches;
    private readonly WatchRecorder _realWatches;
    private readonly List<WatchCreateRequest> _creates = [];
    private readonly HashSet<long> _compactedAt = [];
    private readonly HashSet<int> _cancelled = [];

    private ScriptRun(Side embedded, Side real, long offset)
    {
        _embedded = embedded;
        _real = real;
        _offset = offset;
        _compactedAt.Add(offset + 1);
        _embeddedWatches = embedded.OpenWatches();
        _realWatches = real.OpenWatches();
    }

    /// <summary>Runs a script.</summary>
    /// <returns>The first difference; null when there is none.</returns>
    public static async Task<string?> RunAsync(Side embedded, Side real, IReadOnlyList<IMessage> script)
    {
        if (await CleanAsync(embedded) is var start && await CleanAsync(real) != start)
        {
            return "the servers were different before the script began";
        }

        await using var run = new ScriptRun(embedded, real, start - 1);
        foreach (var request in script)
        {
            if (await run.StepAsync(Revisions.Move(request, run._offset)) is { } difference)
            {
                return $"{request.Descriptor.Name} {request}\n{difference}";
            }
        }

        return await run.SettleAsync() ?? run.CompareWatches() ?? await run.CompareAsync(new HashKVRequest());
    }

    public async ValueTask DisposeAsync()
    {
        await _embeddedWatches.DisposeAsync();
        await _realWatches.DisposeAsync();
    }

    // Every script starts with no keys, no leases and no history.
    private static async Task<long> CleanAsync(Side side)
    {
        foreach (var lease in (await side.SendAsync<LeaseLeasesResponse>(new LeaseLeasesRequest())).Leases)
        {
            await side.AskAsync(new LeaseRevokeRequest { ID = lease.ID });
        }

        await side.AskAsync(new PutRequest { Key = ByteString.CopyFromUtf8("~") });
        var all = new DeleteRangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var revision = (await side.SendAsync<DeleteRangeResponse>(all)).Header.Revision;
        await side.AskAsync(new CompactionRequest { Revision = revision, Physical = true });
        return revision;
    }

    private async Task<string?> StepAsync(IMessage request)
    {
        if (request is WatchRequest watch)
        {
            return await WatchAsync(watch);
        }

        if (request is CompactionRequest compaction)
        {
            // Whether a watch that has still to read the past gets it before the compaction is a matter of luck.
            _compactedAt.Add(compaction.Revision);
            return await SettleAsync() ?? await CompareAsync(request);
        }

        return await CompareAsync(request);
    }

    private async Task<string?> CompareAsync(IMessage request)
    {
        var replies = await Task.WhenAll(_embedded.AskAsync(request), _real.AskAsync(request));
        if (request is HashKVRequest hash && _compactedAt.Contains(hash.Revision) && _real.Release >= new Version(3, 5))
        {
            // Since 3.5 etcd keeps the hashes that it made when it compacted.
            return null;
        }

        return replies[0] == replies[1] ? null : Difference(replies[0], replies[1]);
    }

    private async Task<string?> WatchAsync(WatchRequest watch)
    {
        if (watch.CancelRequest is { } cancel && _embeddedWatches.Histories.ToList().FindLastIndex(history => history.Id == cancel.WatchId) is >= 0 and var index)
        {
            _cancelled.Add(index);
        }

        await Task.WhenAll(_embeddedWatches.SendAsync(watch), _realWatches.SendAsync(watch));
        var (embedded, real) = (_embeddedWatches.Controls, _realWatches.Controls);
        if (!embedded.SequenceEqual(real))
        {
            return Difference(string.Join("\n    ", embedded), string.Join("\n    ", real));
        }

        if (watch.CreateRequest is { } create && _embeddedWatches.Histories.Count > _creates.Count)
        {
            _creates.Add(create);
        }

        return null;
    }

    // Writes to every watched key until every watch has reached its start, and waits until both servers have delivered the last of these writes.
    private async Task<string?> SettleAsync()
    {
        var open = _creates.Index().Where(watch => !_cancelled.Contains(watch.Index)).ToList();
        var writes = new List<(ByteString Key, long Deleted)>();
        foreach (var (_, create) in open)
        {
            var key = KeyOf(create);
            for (long revision = 0; revision <= create.StartRevision;)
            {
                if (await CompareAsync(new PutRequest { Key = key }) is { } difference)
                {
                    return difference;
                }

                var replies = await Task.WhenAll(new[] { _embedded, _real }.Select(side =>
                    side.SendAsync<DeleteRangeResponse>(new DeleteRangeRequest { Key = key })));
                revision = replies[0].Header.Revision;
                writes.Add((key, revision));
            }
        }

        foreach (var (index, create) in open)
        {
            var range = KeyRange.Of(KeyOf(create), create.RangeEnd);
            var last = writes.FindLast(write => range.Contains(write.Key)).Deleted;
            last -= create.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete) ? 1 : 0;
            foreach (var (side, watches) in new[] { (_embedded, _embeddedWatches), (_real, _realWatches) })
            {
                var history = watches.Histories[index];
                if (!await watches.UntilAsync(() => history.End is not null || history.LastRevision >= last))
                {
                    return $"{side.Name}: watch {history.Id} on {create} saw nothing of revision {last}; its last is {history.LastRevision}";
                }
            }
        }

        return null;
    }

    private static ByteString KeyOf(WatchCreateRequest create) => create.Key.IsEmpty ? ByteString.CopyFrom(0) : create.Key;

    private string? CompareWatches()
    {
        foreach (var (index, create) in _creates.Index())
        {
            var (embedded, real) = (_embeddedWatches.Histories[index], _realWatches.Histories[index]);
            var (left, right) = (Lines(embedded), Lines(real));
            if (_cancelled.Contains(index))
            {
                // What was under way when the client cancelled may or may not arrive.
                var common = Math.Min(left.Count, right.Count);
                (left, right) = (left[..common], right[..common]);
            }

            if (!left.SequenceEqual(right) || (embedded.End != real.End && !_cancelled.Contains(index)))
            {
                return $"watch {embedded.Id} on {create}\n"
                    + Difference($"{string.Join("\n    ", left)} {embedded.End}", $"{string.Join("\n    ", right)} {real.End}");
            }

            if (embedded.IsTorn)
            {
                return $"embedded: watch {embedded.Id} on {create} got a revision in several responses";
            }
        }

        return null;
    }

    // Servers before 3.4.36 lose the delete of the very revision that was compacted; the embedded server does not.
    private List<string> Lines(WatchHistory history) =>
        [.. history.Events.Where(e => e.Type != Event.Types.EventType.Delete || !_compactedAt.Contains(e.Kv.ModRevision)).Select(Canonical.Of)];

    private static string Difference(string embedded, string real) => $"  embedded: {embedded}\n  real:     {real}";
}
