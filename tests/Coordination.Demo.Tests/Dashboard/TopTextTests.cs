using Coordination.Demo.Dashboard.Model;
using Coordination.Demo.Dashboard.Top;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>The overview in a terminal.</summary>
public sealed class TopTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 5, 10, TimeSpan.Zero);

    [Fact]
    public void Who_holds_a_lock_with_which_token_how_long_and_who_waits_is_one_line()
    {
        var lines = TopText.Lines(Keys.Read(Keys.Lock("/jobs/a", "first", 10, 1), Keys.Ticket("%2Fjobs%2Fa", "second", 11, 2)), "", Now);

        Assert.Contains("  /jobs/a  first   10     1 min 5 s  1: second", lines);
    }

    [Fact]
    public void The_filter_leaves_lines_with_all_its_words_and_says_how_many_there_are()
    {
        var lines = TopText.Lines(Keys.Read(Keys.Lock("/a", "me", 10, 1), Keys.Lock("/b", "you", 11, 2)), "/B you", Now);

        Assert.Contains("LOCKS (1 of 2)", lines);
        Assert.DoesNotContain(lines, line => line.Contains("/a", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_is_shown_whatever_the_filter_is()
    {
        var overview = Keys.Read(Keys.Lock("/a", "me", 10, 1)) with { Problems = [new Problem("warning", "/services/web/x", "no address")] };

        Assert.Contains(TopText.Lines(overview, "/a", Now), line => line.Contains("no address", StringComparison.Ordinal));
    }

    [Fact]
    public void No_line_is_longer_than_the_terminal()
    {
        var lines = TopText.Lines(Keys.Read(Keys.Lock("/" + new string('a', 200), "me", 10, 1)), "", Now, width: 40);

        Assert.All(lines, line => Assert.True(line.Length <= 40, line));
    }

    [Fact]
    public void Since_when_a_leader_leads_and_who_has_gone_is_shown_as_far_as_it_was_seen()
    {
        var seen = new Seen(new Dictionary<string, DateTimeOffset> { ["/e"] = Now.AddSeconds(-5) }, [new GoneInstance("web", "n1", "10.0.0.1:80", InstanceState.Serving, Now.AddSeconds(-70))]);
        var lines = TopText.Lines(
            OverviewReader.Read([Keys.Key("/e/2a", "first", 4, 0x2a), Keys.Key("/f/2b", "other", 5, 0x2b)], ServiceLayout.Default, new Dictionary<LeaseId, LeaseAnswer>(), seen, Keys.Connected), "", Now);

        Assert.Contains("  /e        first   4     5 s", lines);
        Assert.Contains("  /f        other   5", lines);
        Assert.Contains("  web      n1        10.0.0.1:80  gone 1 min 10 s ago", lines);
    }
}
