using System.Collections.Immutable;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

/// <content>The small model of etcd.</content>
internal sealed partial class ElectionWalk
{
    private IEnumerable<KeyValue> Line => _store.Values.Where(kv => Keys.Candidates.Contains(kv.Key)).OrderBy(kv => kv.CreateRevision);

    private IEnumerable<KeyValue> Side => _store.Values.Where(kv => Keys.Side.Contains(kv.Key));

    /// <summary>One revision: each key put with a value and a lease, or (null) deleted.</summary>
    private Revision Commit((Bytes Key, (Bytes Value, long Lease)? Put)[] changes)
    {
        var revision = new Revision(++_revision);
        var told = new List<(Bytes, KeyValue?)>();
        foreach (var (key, put) in changes)
        {
            var before = _store.GetValueOrDefault(key);
            if (put is { } p)
            {
                _store[key] = new KeyValue(key, p.Value, before?.CreateRevision ?? revision, revision, (before?.Version ?? 0) + 1, new LeaseId(p.Lease));
                told.Add((key, _store[key]));
            }
            else if (_store.Remove(key))
            {
                told.Add((key, null));
            }
        }

        _history.Add(new Change(revision, [.. told]));
        return revision;
    }

    private void ExpireOnServer(long lease)
    {
        _leases.Remove(lease);
        var keys = _store.Values.Where(kv => kv.Lease.Value == lease).Select(kv => kv.Key).ToList();
        if (keys.Count > 0)
        {
            Commit([.. keys.Select(key => (key, ((Bytes, long)?)null))]);
        }
    }

    private GetResult Shown(Bytes key) => _store.TryGetValue(key, out var kv) ? new GetResult(default, [kv], 1, false) : new GetResult(default, [], 0, false);

    private bool Has(Bytes key, Revision created) => _store.TryGetValue(key, out var kv) && kv.CreateRevision == created;

    private CandidateMessage Execute(CandidateEffect.Call request, CandidateCard card)
    {
        switch (request)
        {
            case CandidateEffect.SendEnter e when _store.TryGetValue(Keys.Candidate(e.Lease), out var current):
                return new CandidateMessage.EnterMet(e.Round, current);
            case CandidateEffect.SendEnter e when !_leases.Contains(e.Lease.Value):
                return new CandidateMessage.Failed(e, LeaseGone);
            case CandidateEffect.SendEnter e:
                var before = Line.LastOrDefault();
                var created = Commit([(Keys.Candidate(e.Lease), (e.Value, e.Lease.Value)), (Keys.Card(e.Lease), (card.Encode(), e.Lease.Value))]);
                return new CandidateMessage.Entered(e.Round, created, before, default);
            case CandidateEffect.SendLook e:
                return Has(Keys.Candidate(e.Lease), e.Created)
                    ? new CandidateMessage.Looked(
                        e.Round, _store[Keys.Candidate(e.Lease)], Line.LastOrDefault(kv => kv.CreateRevision < e.Created), new(_revision), default)
                    : new CandidateMessage.Looked(e.Round, null, null, new(_revision), default);
            case CandidateEffect.SendProclaim e when !_leases.Contains(e.Lease.Value):
                return new CandidateMessage.Failed(e, LeaseGone);
            case CandidateEffect.SendProclaim e:
                return Has(Keys.Candidate(e.Lease), e.Term) && _store[Keys.Candidate(e.Lease)].ModRevision == e.At
                    ? new CandidateMessage.Proclaimed(e.Proclamation, Commit([(Keys.Candidate(e.Lease), (e.Value, e.Lease.Value))]))
                    : new CandidateMessage.ProclaimMet(e.Proclamation, _store.GetValueOrDefault(Keys.Candidate(e.Lease)));
            case CandidateEffect.SendRemove e:
                if (Has(Keys.Candidate(e.Lease), e.Created))
                {
                    Commit([(Keys.Candidate(e.Lease), null), (Keys.Card(e.Lease), null)]);
                }

                return new CandidateMessage.Removed(e.Round);
            case CandidateEffect.SendReadLine e:
                return new CandidateMessage.LineRead(e.Round, CandidateLine.Of(Keys, [.. Line], CandidateFacts.Cards(Side, Keys)));
            case CandidateEffect.SendHandOver e:
                return new CandidateMessage.HandedOver(e.Round, HandOver(e));
            default:
                if (_store.TryGetValue(Keys.Wish, out var wish) && wish.ModRevision == ((CandidateEffect.ForgetWish)request).At)
                {
                    Commit([(Keys.Wish, null)]);
                }

                return new CandidateMessage.WishForgotten();
        }
    }

    private bool HandOver(CandidateEffect.SendHandOver e)
    {
        var own = Keys.Candidate(e.Lease);
        if (!Has(own, e.Term) || !Has(e.Plan.Target.Key, e.Plan.Target.Created) || !e.Plan.StepBack.All(c => Has(c.Key, c.Created)))
        {
            return false;
        }

        Commit([(own, null), (Keys.Card(e.Lease), null), (Keys.Wish, null), .. e.Plan.StepBack.Select(c => (c.Key, ((Bytes, long)?)null))]);
        Promise(e.Plan.IsForeignBetween || Line.First().Key == e.Plan.Target.Key, "a hand-over puts its target first");
        return true;
    }

    private static CandidateMessage? Told(CandidateWatch watch, Bytes key, (Bytes Key, KeyValue? Put) change, Revision revision)
    {
        var deletion = new EtcdEvent(true, new KeyValue(change.Key, Bytes.Empty, Revision.None, revision, 0, LeaseId.None), null);
        var e = change.Put is { } put ? new EtcdEvent(false, put, null) : deletion;
        var isWatched = watch is CandidateWatch.Side ? Keys.Side.Contains(change.Key) : change.Key == key;
        return isWatched
            ? CandidateFacts.From(new WatchEvent.Changed(revision, [e]), watch, Keys).FirstOrDefault()
            : null;
    }

    private ImmutableArray<KeyValue> Read(CandidateWatch watch, Bytes key) => watch is CandidateWatch.Side
        ? [.. Side]
        : _store.TryGetValue(key, out var kv) ? [kv] : [];
}
