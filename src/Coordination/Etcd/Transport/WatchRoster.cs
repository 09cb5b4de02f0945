using System.Diagnostics.CodeAnalysis;

namespace Coordination.Etcd.Transport;

/// <summary>A watch's place on one stream, from the moment it is wanted there.</summary>
/// <param name="asked">The id that it is asked for with.</param>
/// <param name="watch">The watch.</param>
internal sealed class WatchPlace(long asked, SharedWatch watch)
{
    public long Asked => asked;

    public SharedWatch Watch => watch;

    /// <summary>The id that the server told; none before its answer.</summary>
    public long? Told { get; set; }

    /// <summary>Whether somebody still wants it.</summary>
    public bool IsWanted { get; set; } = true;

    /// <summary>Whether the stream has nothing to do with it any more: it was refused, or the stream has ended.</summary>
    public bool IsOver { get; set; }
}

/// <summary>
/// Which message belongs to which watch of a stream, pure. A watch has the id that the server says when it creates it. etcd takes the one that it is asked
/// for, and answers in the order of asking; what stands before an etcd (its own <c>grpc-proxy</c>, a gateway) may number watches itself, and answer in any order. An
/// answer says nothing but the id. So the first watch is asked for alone, and its answer shows who numbers; if it is the server, watches go on to be asked for one at
/// a time. What cannot be told apart is no match. Not thread-safe.
/// </summary>
internal sealed class WatchRoster
{
    // Numbers that nobody comes to who counts by himself.
    private const long FirstId = 1L << 40;

    private readonly Queue<WatchPlace> _unasked = new();
    private readonly Queue<WatchPlace> _asked = new();
    private readonly Dictionary<long, WatchPlace> _told = [];
    private readonly HashSet<long> _leaving = [];
    private long _lastId = FirstId;
    private bool _takesOurIds;

    /// <summary>Whether the server numbers watches itself: then it is no etcd, but something before one.</summary>
    public bool IsNumberedByServer { get; private set; }

    /// <summary>A watch that is there, if there is one.</summary>
    public SharedWatch? Any => _told.Values.FirstOrDefault()?.Watch;

    /// <summary>How many watches somebody wants.</summary>
    public int Count { get; private set; }

    /// <summary>How many wait to be asked for.</summary>
    public int Unasked => _unasked.Count;

    /// <summary>A place for one more, last in line to be asked for.</summary>
    public WatchPlace Add(SharedWatch watch)
    {
        var place = new WatchPlace(++_lastId, watch);
        _unasked.Enqueue(place);
        Count++;
        return place;
    }

    /// <summary>The next to be asked for, if it is its time.</summary>
    public bool TryNext([NotNullWhen(true)] out WatchPlace? place)
    {
        while (_unasked.TryPeek(out place) && !place.IsWanted)
        {
            _unasked.Dequeue();
        }

        return place is not null && (_takesOurIds || _asked.Count == 0);
    }

    /// <summary>The next one was asked for.</summary>
    public void Asked() => _asked.Enqueue(_unasked.Dequeue());

    /// <summary>
    /// The server created a watch with this id, or refused to. Null when it cannot be said which one. A place that nobody wants any more is to be cancelled.
    /// </summary>
    public WatchPlace? Answered(long id, bool isRefused)
    {
        // A refusal has the id that was asked for or none (-1); with more than one under way the server keeps the order.
        if (!_asked.TryPeek(out var place) || (_takesOurIds && id != place.Asked && !(isRefused && id == -1)) || (!isRefused && (id < 0 || IsTaken(id))))
        {
            return null;
        }

        _asked.Dequeue();
        if (isRefused)
        {
            Count -= place.IsWanted ? 1 : 0;
            place.IsOver = true;
            return place;
        }

        _takesOurIds = id == place.Asked;
        IsNumberedByServer = !_takesOurIds;
        place.Told = id;
        if (place.IsWanted)
        {
            _told.Add(id, place);
        }
        else
        {
            _leaving.Add(id);
        }

        return place;
    }

    /// <summary>
    /// Whose message it is; false when it belongs to no watch that ever was here. A watch that nobody wants any more is null: its last messages are on their way.
    /// </summary>
    public bool TryFind(long id, out WatchPlace? place) => _told.TryGetValue(id, out place) || _leaving.Contains(id);

    /// <summary>The server says that this watch is over.</summary>
    public void Ended(long id)
    {
        _leaving.Remove(id);
        Count -= _told.Remove(id) ? 1 : 0;
    }

    /// <summary>Nobody wants it any more. True when the server is to be told.</summary>
    public bool Leave(WatchPlace place)
    {
        if (!place.IsWanted || place.IsOver)
        {
            return false;
        }

        place.IsWanted = false;
        if (place.Told is not { } id)
        {
            // Not asked for, or not answered: settled when its turn or the answer comes.
            Count--;
            return false;
        }

        if (!_told.Remove(id))
        {
            return false;
        }

        Count--;
        _leaving.Add(id);
        return true;
    }

    /// <summary>The stream is over: those who still wanted a watch on it.</summary>
    public IReadOnlyList<SharedWatch> Clear()
    {
        List<WatchPlace> lost = [.. _told.Values.Concat(_asked).Concat(_unasked).Where(place => place.IsWanted)];
        foreach (var place in lost)
        {
            place.IsOver = true;
        }

        _told.Clear();
        _asked.Clear();
        _unasked.Clear();
        _leaving.Clear();
        Count = 0;
        return [.. lost.Select(place => place.Watch)];
    }

    private bool IsTaken(long id) => _told.ContainsKey(id) || _leaving.Contains(id);
}
