using System.Collections.Immutable;
using Coordination.Time;

namespace Coordination.Discovery.Balancing;

/// <summary>
/// The rules of choosing, for one service: who may be used, who is ejected, who is preferred, who is next. No I/O, no clock of its own, no threads: whoever owns it sees to
/// it that one call is made at a time.
/// </summary>
internal sealed class Balancer(BalancingOptions options, Random random)
{
    private readonly PickRule _rule = PickRule.For(options.Policy, random);
    private Dictionary<string, Member> _members = [];
    private Member[] _plain = [];
    private Member[] _secure = [];
    private bool _isChanged;
    private Instant? _nextReturn;

    /// <summary>All members, also those that cannot be used now.</summary>
    public IReadOnlyCollection<Member> Members => _members.Values;

    /// <summary>A new view. What is known of an instance goes with it when it leaves.</summary>
    public void See(ImmutableArray<ServiceInstance> instances)
    {
        var members = new Dictionary<string, Member>(instances.Length);
        foreach (var instance in instances)
        {
            members[instance.Id] = _members.TryGetValue(instance.Id, out var member) && member.TryBecome(instance) ? member : new Member(instance);
        }

        _members = members;
        _isChanged = true;
    }

    /// <summary>Chooses a member and counts it as outstanding; null: there is none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="secure">Whether the request is https.</param>
    /// <param name="tried">Ids of the instances that this request was sent to already: they are not chosen again.</param>
    public Pick? Choose(Instant now, bool secure, IReadOnlyCollection<string> tried)
    {
        if (_isChanged || now >= _nextReturn)
        {
            Sort(now);
        }

        var pool = secure ? _secure : _plain;
        if (tried.Count > 0)
        {
            pool = Others(now, secure, pool, tried);
        }

        if (pool.Length == 0)
        {
            return null;
        }

        var member = pool.Length == 1 ? pool[0] : _rule.Pick(pool);
        member.Outstanding++;
        return new Pick(member, member.Instance, member.AddressFor(secure)!, now);
    }

    /// <summary>What came of an attempt. Says when the instance was ejected for it.</summary>
    public Ejected? Judge(Pick pick, AttemptOutcome outcome, Instant now)
    {
        var member = pick.Member;
        switch (outcome)
        {
            // What was sent before an ejection says nothing about how the instance is since.
            case AttemptOutcome.Answered when member.EjectedAt is null || pick.At >= member.EjectedAt:
                _isChanged |= member.IsEjected(now);
                member.Heal();
                return null;

            case AttemptOutcome.NotConnected or AttemptOutcome.Broken or AttemptOutcome.AnsweredUnable when !member.IsEjected(now):
                member.Failures++;
                return outcome is AttemptOutcome.NotConnected || member.Failures >= options.EjectAfter ? Eject(member, now) : null;

            default:
                return null;
        }
    }

    /// <summary>The request is over; once for each pick.</summary>
    public static void Ended(Pick pick) => pick.Member.Outstanding--;

    /// <summary>Why nobody can be chosen, for people.</summary>
    public string Explain(bool secure)
    {
        if (_members.Count == 0)
        {
            return "no instance is registered";
        }

        var reasons = _members.Values.GroupBy(member => member switch
        {
            { Instance.State: InstanceState.Draining } => "draining",
            { Instance.State: InstanceState.Starting } => "starting",
            { Instance.Weight: 0 } => "with weight 0",
            _ when secure && member.AddressFor(secure: true) is null => "without TLS (the request is https)",
            _ => "with an address that cannot be used",
        });
        return $"{_members.Count} registered, of which {string.Join(", ", reasons.Select(reason => $"{reason.Count()} {reason.Key}"))}";
    }

    private Ejected? Eject(Member member, Instant now)
    {
        if (!_members.Values.Any(other => other != member && other.IsReady && !other.IsEjected(now)))
        {
            // The last healthy one: to try it is better than to try nobody.
            return null;
        }

        var doublings = Math.Min(member.Ejections++, 30);
        var time = TimeSpan.FromTicks((long)Math.Min(options.MaxEjectionTime.Ticks, options.EjectionTime.Ticks * Math.Pow(2, doublings)));
        member.EjectedAt = now;
        member.EjectedUntil = now + time;
        _isChanged = true;
        var failures = member.Failures;
        member.Failures = 0;
        return new Ejected(member.Instance, time, failures);
    }

    private void Sort(Instant now)
    {
        var ready = _members.Values.Where(member => member.IsReady).ToArray();
        _plain = Preferred([.. ready.Where(member => member.AddressFor(secure: false) is not null)], now);
        _secure = Preferred([.. ready.Where(member => member.AddressFor(secure: true) is not null)], now);
        _nextReturn = ready.Where(member => member.IsEjected(now)).Min(member => member.EjectedUntil);
        _isChanged = false;
        _rule.Restart(ready);
    }

    /// <summary>The healthy ones, of the preferred zone if it has enough of them. Ejections hold only while somebody is healthy.</summary>
    private Member[] Preferred(Member[] ready, Instant now)
    {
        var healthy = Array.FindAll(ready, member => !member.IsEjected(now));
        if (healthy.Length == 0)
        {
            return ready;
        }

        if (options.Zone is not { } zone)
        {
            return healthy;
        }

        var near = Array.FindAll(healthy, member => member.Instance.Zone == zone);
        var enough = Math.Max(options.ZoneMinimum, options.ZoneMinimumShare * ready.Count(member => member.Instance.Zone == zone));
        return near.Length >= enough ? near : healthy;
    }

    /// <summary>Who is left beside those tried: of the pool, else of all that are healthy, else the ejected one whose time is up first.</summary>
    private Member[] Others(Instant now, bool secure, Member[] pool, IReadOnlyCollection<string> tried)
    {
        var others = Array.FindAll(pool, member => !tried.Contains(member.Instance.Id));
        if (others.Length > 0)
        {
            return others;
        }

        var ready = _members.Values.Where(member => member.IsReady && member.AddressFor(secure) is not null && !tried.Contains(member.Instance.Id)).ToArray();
        others = Array.FindAll(ready, member => !member.IsEjected(now));
        return others.Length > 0 ? others : [.. ready.OrderBy(member => member.EjectedUntil).Take(1)];
    }
}
