using Coordination.Etcd;
using Coordination.Etcd.Transport;

namespace Coordination.Tests.Etcd.Transport;

public sealed class WatchRosterTests
{
    private readonly WatchRoster _roster = new();

    [Fact]
    public void The_first_watch_is_asked_for_alone()
    {
        var first = Add();
        Add();

        Assert.Same(first, Ask());
        Assert.False(_roster.TryNext(out _));
    }

    [Fact]
    public void A_server_that_takes_our_ids_is_asked_for_many_at_once_and_answers_in_order()
    {
        var places = AskedOfEtcd(3);

        Assert.Same(places[1], _roster.Answered(places[1].Asked, isRefused: false));
        Assert.Same(places[2], _roster.Answered(-1, isRefused: true));
        Assert.Null(_roster.Answered(places[2].Asked, isRefused: false));
    }

    [Fact]
    public void A_server_that_numbers_watches_is_asked_for_one_at_a_time_and_its_ids_count()
    {
        var places = Enumerable.Range(0, 3).Select(_ => Add()).ToList();
        foreach (var (place, id) in places.Zip([7L, 0L, 3L]))
        {
            Assert.Same(place, Ask());
            Assert.False(_roster.TryNext(out _));
            Assert.Same(place, _roster.Answered(id, isRefused: false));
        }

        Assert.Equal(places, ((long[])[7, 0, 3]).Select(Find));
    }

    [Fact]
    public void An_id_that_is_none_of_ours_is_no_watch()
    {
        Ask(Add());
        _roster.Answered(4, isRefused: false);

        Assert.False(_roster.TryFind(5, out _));
        Assert.False(_roster.TryFind(-1, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_answer_that_cannot_be_told_to_be_of_a_watch_is_none(bool isEtcd)
    {
        Assert.Null(_roster.Answered(1, isRefused: false));
        if (isEtcd)
        {
            AskedOfEtcd(3);

            Assert.Null(_roster.Answered(4, isRefused: false));
        }
        else
        {
            Ask(Add());
            _roster.Answered(4, isRefused: false);
            Ask(Add());

            Assert.Null(_roster.Answered(4, isRefused: false));
            Assert.Null(_roster.Answered(-1, isRefused: false));
        }
    }

    [Fact]
    public void A_watch_that_nobody_wants_before_it_is_answered_is_cancelled_by_the_id_of_the_answer()
    {
        var place = Add();
        Ask();
        var unasked = Add();

        Assert.False(_roster.Leave(place));
        Assert.False(_roster.Leave(unasked));
        Assert.Equal(0, _roster.Count);
        Assert.Same(place, _roster.Answered(4, isRefused: false));

        Assert.Equal((false, 4L), (place.IsWanted, place.Told));
        Assert.True(_roster.TryFind(4, out var late));
        Assert.Null(late);
        Assert.False(_roster.TryNext(out _));
    }

    [Fact]
    public void A_watch_is_left_once_and_its_last_messages_are_nobodys()
    {
        var place = Add();
        Ask();
        _roster.Answered(4, isRefused: false);

        Assert.True(_roster.Leave(place));
        Assert.False(_roster.Leave(place));
        Assert.True(_roster.TryFind(4, out var late));
        Assert.Null(late);
        _roster.Ended(4);

        Assert.False(_roster.TryFind(4, out _));
        Assert.Equal(0, _roster.Count);
    }

    [Fact]
    public void At_the_end_of_the_stream_all_who_want_one_are_told_wherever_they_stand()
    {
        var places = AskedOfEtcd(3);
        _roster.Leave(places[2]);
        var unasked = Add();

        Assert.Equal([places[0].Watch, places[1].Watch, unasked.Watch], _roster.Clear());
        Assert.False(_roster.Leave(places[0]));
        Assert.Equal(0, _roster.Count);
    }

    private WatchPlace Add() => _roster.Add(new SharedWatch(new EtcdWatchSpec("/k", Revision.None), _ => { }));

    private WatchPlace Ask(WatchPlace? expected = null)
    {
        Assert.True(_roster.TryNext(out var place));
        Assert.True(expected is null || expected == place);
        _roster.Asked();
        return place;
    }

    private WatchPlace? Find(long id)
    {
        Assert.True(_roster.TryFind(id, out var place));
        return place;
    }

    /// <summary>The first is answered, the others are under way.</summary>
    private List<WatchPlace> AskedOfEtcd(int count)
    {
        var places = Enumerable.Range(0, count).Select(_ => Add()).ToList();
        Ask(places[0]);
        _roster.Answered(places[0].Asked, isRefused: false);
        places.Skip(1).ToList().ForEach(place => Ask(place));
        return places;
    }
}
