namespace Coordination.Actors.Tests.Conformance;

public sealed class SelectionTests : ConformanceTest
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_actor_is_found_by_its_path()
    {
        var actor = StartDoing("a");
        Assert.Equal(actor, await Sys.ActorSelection("/user/a").ResolveOne(Long));
        Assert.Equal(actor, await Sys.ActorSelection(actor.Path).ResolveOne(Long));
        Assert.Equal(actor, await Sys.ActorSelection(actor.Path.ToString()).ResolveOne(Long));
        Sys.ActorSelection("/user/a").Tell("hello");
        ExpectMsg("hello");
        Assert.Equal(TestActor, LastSender); // the implicit sender
    }

    [Fact]
    public void Patterns_select_several_actors()
    {
        StartDoing("node-1");
        StartDoing("node-2");
        StartDoing("other");
        Sys.ActorSelection("/user/node-*").Tell("hello", TestActor);
        ExpectMsg("hello");
        ExpectMsg("hello");
        ExpectNoMsg(Moment);
        Sys.ActorSelection("/user/node-?").Tell(Do(me => me.Report.Tell(me.Me.Path.Name)));
        ExpectMsgAllOf("node-1", "node-2");
    }

    [Fact]
    public void A_context_selects_relative_to_its_actor()
    {
        var parent = StartDoing("parent");
        StartDoing("uncle");
        parent.Tell(Do(me => me.Inside.ActorOf(Props.Create(() => new Doing(me.Report)), "child")));
        ExpectMsg<Doing.Created>();
        ExpectMsg("PreStart");
        parent.Tell(Do(me => me.Inside.ActorSelection("child").Tell("down")));
        ExpectMsg("down");
        Sys.ActorSelection("/user/parent/child").Tell(Do(me => me.Inside.ActorSelection("../../uncle").Tell("up and down")));
        ExpectMsg("up and down");
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_messages_to_it_are_dead_letters()
    {
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody").ResolveOne(Long));
        EventFilter.DeadLetter<string>().ExpectOne(() => Sys.ActorSelection("/user/nobody").Tell("hello"));
    }

    [Fact]
    public void Paths_are_read_and_written()
    {
        var actor = StartDoing("name");
        Assert.Equal("akka://test/user/name", actor.Path.ToString());
        Assert.Equal("/user/name", actor.Path.ToStringWithoutAddress());
        Assert.Equal(["user", "name"], actor.Path.Elements);
        Assert.Equal(actor.Path, ActorPath.Parse("akka://test/user/name"));
        Assert.False(ActorPath.TryParse("no path", out _));
        Assert.Equal("test", actor.Path.Address.System);
        Assert.True(ActorPath.IsValidPathElement("a-b_c.1"));
        Assert.False(ActorPath.IsValidPathElement("a b"));
    }

    [Fact]
    public void Children_are_found_by_name()
    {
        var parent = StartDoing("parent");
        parent.Tell(Do(me =>
        {
            var child = me.Inside.ActorOf(Props.Empty, "child");
            me.Report.Tell(child.Equals(me.Inside.Child("child")));
            me.Report.Tell(me.Inside.Child("nobody").IsNobody());
            me.Report.Tell(me.Inside.GetChildren().Count());
        }));
        ExpectMsg(true);
        ExpectMsg(true);
        ExpectMsg(1);
    }
}
