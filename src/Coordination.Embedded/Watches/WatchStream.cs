using Coordination.Embedded.Store;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Watches;

/// <summary>
/// The watches of one client stream and the queue of what is to be sent to it. Responses leave in the order in which things happened; only a watch
/// that catches up from the past runs beside that order. Not thread-safe.
/// </summary>
internal sealed class WatchStream(WatchHub hub, Action ready, string? token)
{
    private static readonly ByteString SmallestKey = ByteString.CopyFrom(0);

    private readonly Dictionary<long, Watcher> _watchers = [];
    private readonly Queue<WatchItem> _queue = new();
    private readonly Queue<Watcher> _behind = new();
    private long _nextId;
    private int _lagging;
    private int _controls;
    private int _progressRequests;

    public bool HasWork => _queue.Count > 0 || _behind.Count > 0;

    /// <summary>The client asks much faster than it reads; the stream is to be ended.</summary>
    public bool IsOverrun { get; private set; }

    public void Handle(WatchRequest request)
    {
        switch (request.RequestUnionCase)
        {
            case WatchRequest.RequestUnionOneofCase.CreateRequest:
                Create(request.CreateRequest);
                break;
            case WatchRequest.RequestUnionOneofCase.CancelRequest:
                Cancel(request.CancelRequest.WatchId);
                break;
            case WatchRequest.RequestUnionOneofCase.ProgressRequest:
                _progressRequests++;
                AnswerProgressRequests();
                break;
        }
    }

    /// <summary>Ends the stream and all of its watches.</summary>
    public void Close()
    {
        foreach (var watcher in _watchers.Values)
        {
            Retire(watcher);
        }

        _watchers.Clear();
        _queue.Clear();
        _behind.Clear();
        hub.Remove(this);
    }

    /// <summary>
    /// The next responses to send (several when one is split into fragments); none when this step found nothing, which does not mean that there
    /// is nothing more to do: see <see cref="HasWork"/>.
    /// </summary>
    public IEnumerable<WatchResponse> Take()
    {
        if (_behind.TryDequeue(out var behind) && !behind.IsClosed)
        {
            CatchUp(behind);
        }

        if (!_queue.TryDequeue(out var item))
        {
            return [];
        }

        if (item is WatchItem.Control control)
        {
            _controls--;
            return [control.Response];
        }

        var events = (WatchItem.Events)item;
        var watcher = events.Watcher;
        watcher.Queued--;
        if (watcher is { Queued: 0, IsLagging: true, IsClosed: false })
        {
            _behind.Enqueue(watcher);
        }

        return watcher.IsClosed ? [] : Respond(watcher, events);
    }

    internal void Enqueue(Watcher watcher, long revision, Change[] changes)
    {
        if (watcher.Queued >= WatchLimits.QueuedBatches)
        {
            watcher.Next = revision;
            Lag(watcher);
            return;
        }

        watcher.Next = revision + 1;
        watcher.Queued++;
        _queue.Enqueue(new WatchItem.Events(watcher, revision, changes));
        ready();
    }

    internal void NotifyProgress()
    {
        foreach (var watcher in _watchers.Values)
        {
            if (watcher is { WithProgress: true, ProgressDue: true, IsLagging: false, IsClosed: false, Queued: 0 })
            {
                Send(new WatchResponse { Header = hub.Header(hub.Store.CurrentRevision), WatchId = watcher.Id });
            }

            watcher.ProgressDue = true;
        }
    }

    private void Create(WatchCreateRequest request)
    {
        var current = hub.Store.CurrentRevision;
        var created = new WatchResponse { Header = hub.Header(current), WatchId = -1, Created = true };
        var key = request.Key.IsEmpty ? SmallestKey : request.Key;
        var range = KeyRange.Of(key, request.RangeEnd);
        created.CancelReason = request.StartRevision < 0 ? EtcdErrors.Compacted.Status.Detail
            : hub.Refuse(token, key, request.RangeEnd) is { } refusal ? refusal
            : range.End is { } end && KeyRange.Compare(key, end) >= 0 ? "mvcc: watcher range is empty"
            : request.WatchId != 0 && _watchers.ContainsKey(request.WatchId) ? "mvcc: duplicate watch ID provided on the WatchStream"
            : "";
        created.Canceled = created.CancelReason.Length > 0;
        if (created.Canceled)
        {
            Send(created);
            return;
        }

        var id = request.WatchId != 0 ? request.WatchId : ChooseId();
        var watcher = new Watcher(this, id, range, request.StartRevision == 0 ? current + 1 : request.StartRevision)
        {
            NoPuts = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput),
            NoDeletes = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete),
            WithPrevious = request.PrevKv,
            WithFragments = request.Fragment,
            WithProgress = request.ProgressNotify,
        };
        created.WatchId = watcher.Id;
        _watchers.Add(watcher.Id, watcher);
        hub.Add(watcher);
        Send(created);
        if (watcher.Next <= current)
        {
            Lag(watcher);
            _behind.Enqueue(watcher);
        }
    }

    private long ChooseId()
    {
        while (_watchers.ContainsKey(_nextId))
        {
            _nextId++;
        }

        return _nextId++;
    }

    private void Cancel(long id)
    {
        if (_watchers.Remove(id, out var watcher))
        {
            Retire(watcher);
            Send(new WatchResponse { Header = hub.Header(hub.Store.CurrentRevision), WatchId = id, Canceled = true });
            AnswerProgressRequests();
        }
    }

    private void Retire(Watcher watcher)
    {
        if (!watcher.IsClosed)
        {
            watcher.IsClosed = true;
            hub.Remove(watcher);
            InStep(watcher);
        }
    }

    // Reads on in the history. Each step queues at most one response, so a watch that is far behind does not fill the memory.
    private void CatchUp(Watcher watcher)
    {
        var store = hub.Store;
        if (watcher.Next < store.CompactedRevision)
        {
            // The watch keeps its id until the client cancels it, as in etcd, whose header is empty here as well.
            Retire(watcher);
            Send(new WatchResponse { Header = hub.Header(0), WatchId = watcher.Id, Canceled = true, CompactRevision = store.CompactedRevision });
            AnswerProgressRequests();
            return;
        }

        var changes = new List<Change>();
        var last = Math.Min(store.CurrentRevision, watcher.Next + WatchLimits.RevisionsPerStep);
        var (revisions, bytes) = (0, 0L);
        var revision = Math.Max(watcher.Next, store.Log.First);
        for (; revision <= last && revisions < WatchLimits.RevisionsPerResponse && bytes < WatchLimits.BytesPerResponse; revision++)
        {
            var before = changes.Count;
            foreach (var change in store.Log[revision].Changes.Where(watcher.Wants))
            {
                changes.Add(change);
                bytes += change.Key.Length + change.Version.Pair.Value.Length;
            }

            revisions += changes.Count > before ? 1 : 0;
        }

        watcher.Next = revision;
        if (revision > store.CurrentRevision)
        {
            InStep(watcher);
        }

        if (changes.Count > 0)
        {
            watcher.Queued++;
            _queue.Enqueue(new WatchItem.Events(watcher, store.CurrentRevision, [.. changes]));
        }
        else if (watcher.IsLagging)
        {
            _behind.Enqueue(watcher);
        }

        AnswerProgressRequests();
    }

    private IEnumerable<WatchResponse> Respond(Watcher watcher, WatchItem.Events events)
    {
        watcher.ProgressDue = false;
        var response = new WatchResponse { Header = hub.Header(events.Revision), WatchId = watcher.Id };
        foreach (var change in events.Changes)
        {
            // The previous pair can be shown as long as the revision before the change could still be read.
            var withPrevious = watcher.WithPrevious && change.Version.Revision.Main - 1 >= hub.Store.CompactedRevision;
            response.Events.Add(change.ToEvent(withPrevious));
        }

        return watcher.WithFragments ? Fragments.Split(response, WatchLimits.FragmentBytes) : [response];
    }

    private void Lag(Watcher watcher)
    {
        watcher.IsLagging = true;
        _lagging++;
    }

    private void InStep(Watcher watcher)
    {
        if (watcher.IsLagging)
        {
            watcher.IsLagging = false;
            _lagging--;
        }
    }

    // The answer promises that everything up to its revision was sent, so it waits for watches that catch up.
    private void AnswerProgressRequests()
    {
        for (; _progressRequests > 0 && _lagging == 0; _progressRequests--)
        {
            Send(new WatchResponse { Header = hub.Header(hub.Store.CurrentRevision), WatchId = -1 });
        }
    }

    private void Send(WatchResponse response)
    {
        if (_controls >= WatchLimits.QueuedControls)
        {
            IsOverrun = true;
        }
        else
        {
            _controls++;
            _queue.Enqueue(new WatchItem.Control(response));
        }

        ready();
    }
}
