using Coordination.Demo.Dashboard.Model;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>What the dashboard reads out of the keys of etcd.</summary>
public sealed class OverviewReaderTests
{
    [Fact]
    public void A_lock_has_its_holder_with_token_and_since_and_those_who_wait_first_come_first()
    {
        var overview = Keys.Read(
            Keys.Ticket("%2Fjobs%2Fa", "third", 12, 3), Keys.Lock("/jobs/a", "first", 10, 1), Keys.Ticket("%2Fjobs%2Fa", "second", 11, 2),
            Keys.Key("coordination/waiters/@0000000000000002", "{}", 9, 2));

        var row = Assert.Single(overview.Locks);
        Assert.Equal("/jobs/a", row.Name);
        Assert.Equal(new Claim("first", 10, "1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), Assert.Single(row.Holders));
        Assert.Equal(["second", "third"], row.Waiters.Select(waiter => waiter.Owner));
        Assert.Empty(overview.Problems);
    }

    [Fact]
    public void A_lock_that_is_waited_for_is_one_whoever_holds_it_and_also_while_nobody_does()
    {
        var overview = Keys.Read(Keys.Key("/a", "held by hand", 5, 7), Keys.Ticket("%2Fa", "me", 6, 2), Keys.Ticket("%2Fb", "me", 7, 2), Keys.Key("/other", "x", 8, 0));

        Assert.Equal(["/a", "/b"], overview.Locks.Select(row => row.Name));
        Assert.Equal("held by hand", Assert.Single(overview.Locks[0].Holders).Owner);
        Assert.Empty(overview.Locks[1].Holders);
    }

    [Fact]
    public void Names_with_bytes_that_are_escaped_come_back()
    {
        var overview = Keys.Read(Keys.Ticket("a%25b%2F%C3%A4", "me", 6, 2));

        Assert.Equal("a%b/ä", Assert.Single(overview.Locks).Name);
    }

    [Fact]
    public void Readers_before_a_writer_are_in_and_a_reader_behind_it_waits()
    {
        var row = Assert.Single(Keys.Read(Keys.Entry("/doc", "reader", "r1", 1, 1), Keys.Entry("/doc", "writer", "w", 3, 3), Keys.Entry("/doc", "reader", "r2", 2, 2), Keys.Entry("/doc", "reader", "r3", 4, 4)).Locks);

        Assert.Equal(("/doc", "readers and writers"), (row.Name, row.Kind));
        Assert.Equal(["r1", "r2"], row.Holders.Select(claim => claim.Owner));
        Assert.Equal(["w", "r3"], row.Waiters.Select(claim => claim.Owner));
    }

    [Fact]
    public void A_semaphore_lets_in_as_many_as_it_has_permits_and_nobody_overtakes()
    {
        var row = Assert.Single(Keys.Read(Keys.Permits("/pool", "a", 2, 3, 1, 1), Keys.Permits("/pool", "b", 2, 3, 2, 2), Keys.Permits("/pool", "c", 1, 3, 3, 3)).Locks);

        Assert.Equal(["a"], row.Holders.Select(claim => claim.Owner));
        Assert.Equal(["b", "c"], row.Waiters.Select(claim => claim.Owner));
    }

    [Fact]
    public void Users_of_a_semaphore_who_disagree_on_its_permits_are_a_problem()
    {
        var overview = Keys.Read(Keys.Permits("/pool", "a", 1, 3, 1, 1), Keys.Permits("/pool", "b", 1, 4, 2, 2));

        Assert.Contains("disagree", Assert.Single(overview.Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_election_is_led_by_the_oldest_candidate_and_its_cards_give_names()
    {
        var overview = Keys.Read(
            Keys.Key("/jobs/e/2b", "second", 8, 0x2b), Keys.Key("/jobs/e/2a", "first", 9, 0x2a, created: 4),
            Keys.Key("/jobs/e.coordination/candidates/2a", """{"name":"web-1","priority":5}""", 5, 0x2a), Keys.Key("/jobs/e.coordination/transfer", "web-2", 10, 0x30));

        var election = Assert.Single(overview.Elections);
        Assert.Equal(new CandidateRow("first", "web-1", 5, 4, "2a"), election.Candidates[0]);
        Assert.Equal("second", election.Candidates[1].Value);
        Assert.Equal("web-2", election.TransferTo);
    }

    [Fact]
    public void What_lies_under_an_elections_name_is_a_problem()
    {
        var overview = Keys.Read(Keys.Key("/e/2a", "first", 4, 0x2a), Keys.Key("/e/readme", "x", 5, 0));

        Assert.Contains("/e/readme", Assert.Single(overview.Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mutex_of_etcds_own_client_is_a_lock()
    {
        var row = Assert.Single(Keys.Read(Keys.Key("/m/2b", "", 8, 0x2b), Keys.Key("/m/2a", "", 4, 0x2a)).Locks);

        Assert.Equal(("/m", 4L, "2b"), (row.Name, Assert.Single(row.Holders).Token, Assert.Single(row.Waiters).Lease));
    }

    [Fact]
    public void Services_have_their_instances_and_what_is_set_aside_and_who_is_there_twice_is_a_problem()
    {
        var overview = Keys.Read(
            Keys.Key("/services/web/n1", """{"service":"web","id":"n1","host":"10.0.0.1","port":80,"state":"draining","weight":50,"zone":"east"}""", 4, 1),
            Keys.Key("/services/web/n2", """{"service":"web","id":"n2","host":"10.0.0.1","port":80}""", 5, 2),
            Keys.Key("/services/web/n3", "{broken", 6, 3));

        var service = Assert.Single(overview.Services);
        Assert.Equal(new InstanceRow("n1", "10.0.0.1:80", "draining", 50, "east", null, "1"), service.Instances[0]);
        Assert.Equal("/services/web/n3", Assert.Single(service.SetAside).Key);
        Assert.Equal(2, overview.Problems.Length);
    }

    [Fact]
    public void A_lease_that_is_not_renewed_is_a_problem_and_names_what_goes_with_it()
    {
        var leases = new Dictionary<LeaseId, LeaseAnswer> { [new LeaseId(1)] = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3)), [new LeaseId(2)] = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(7)) };
        var overview = Keys.Read(leases, Keys.Lock("/a", "late", 4, 1), Keys.Lock("/b", "fine", 5, 2));

        Assert.Equal("lock /a", Assert.Single(overview.Sessions[0].Carries));
        var problem = Assert.Single(overview.Problems);
        Assert.Equal("late", problem.Subject);
        Assert.Contains("lock /a", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_without_a_lease_and_an_etcd_that_is_away_are_problems()
    {
        var away = Keys.Connected with { IsConnected = false, Error = "Connection refused" };
        var overview = OverviewReader.Read([Keys.Lock("/a", "me", 4, 0)], ServiceLayout.Default, new Dictionary<LeaseId, LeaseAnswer>(), Seen.Nothing, away);

        Assert.Equal([("error", "etcd"), ("warning", "/a")], overview.Problems.Select(problem => (problem.Severity, problem.Subject)));
    }

    [Fact]
    public void Who_has_gone_stays_for_a_while_also_when_nobody_else_is_there()
    {
        var at = DateTimeOffset.UnixEpoch;
        var seen = Seen.Nothing with { Gone = [new GoneInstance("web", "n1", "10.0.0.1:80", InstanceState.Draining, at)] };

        var service = Assert.Single(OverviewReader.Read([], ServiceLayout.Default, new Dictionary<LeaseId, LeaseAnswer>(), seen, Keys.Connected).Services);

        Assert.Equal(("web", 0, new GoneRow("n1", "10.0.0.1:80", "draining", at)), (service.Name, service.Instances.Length, Assert.Single(service.Gone)));
    }
}
