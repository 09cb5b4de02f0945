using Coordination.Demo.Dashboard.Model;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>How much of the past the dashboard keeps.</summary>
public sealed class HistoryLogTests
{
    private readonly HistoryLog _log = new();

    [Fact]
    public void Of_each_lock_the_latest_entries_stay_and_no_other_lock_takes_their_place()
    {
        Add(1, "quiet");
        for (var n = 2; n < HistoryLog.MostEntries + 12; n++)
        {
            Add(n, "busy");
        }

        Assert.Equal([1, .. Enumerable.Range(12, HistoryLog.MostEntries)], _log.All.Select(entry => (int)entry.Revision));
    }

    [Fact]
    public void Of_too_many_locks_the_one_to_which_nothing_has_happened_for_longest_is_forgotten()
    {
        Add(1, "first");
        for (var n = 2; n <= HistoryLog.MostSubjects; n++)
        {
            Add(n, $"{n}");
        }

        Add(1000, "first");
        Add(1001, "one more");

        Assert.Equal(2, _log.All.Count(entry => entry.Subject == "first"));
        Assert.DoesNotContain(_log.All, entry => entry.Subject == "2");
        Assert.Equal(HistoryLog.MostSubjects, _log.All.Select(entry => entry.Subject).Distinct().Count());
    }

    private void Add(long revision, string subject) => _log.Add([new HistoryEntry(DateTimeOffset.UnixEpoch, revision, subject, "acquired", "me", revision)]);
}
