using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>What a candidacy learns from what its watches show.</summary>
internal static class CandidateFacts
{
    public static IEnumerable<CandidateMessage> From(WatchEvent told, CandidateWatch? watch, ElectionKeys keys) => (watch, told) switch
    {
        (CandidateWatch.Own, WatchEvent.Changed m) => m.Events.Select(Own),
        (CandidateWatch.Own, WatchEvent.Resynced m) => [new CandidateMessage.OwnRead(m.KeyValues.FirstOrDefault(), m.Revision)],

        (CandidateWatch.Predecessor, WatchEvent.Started) => [new CandidateMessage.PredecessorWatched()],

        // One that is there again is another one.
        (CandidateWatch.Predecessor, WatchEvent.Changed m) => m.Events.Any(e => e.IsDelete) ? [new CandidateMessage.PredecessorGone()] : [],
        (CandidateWatch.Predecessor, WatchEvent.Resynced) => [new CandidateMessage.PredecessorGone()],
        (CandidateWatch.Side, WatchEvent.Snapshot m) => [Side(m.KeyValues, keys)],
        (CandidateWatch.Side, WatchEvent.Resynced m) => [Side(m.KeyValues, keys)],
        (CandidateWatch.Side, WatchEvent.Changed m) => m.Events.Select(e => Side(e, keys)).OfType<CandidateMessage>(),

        // A watch that was given up, or nothing new.
        _ => [],
    };

    private static CandidateMessage Own(EtcdEvent e) =>
        e.IsDelete ? new CandidateMessage.OwnDeleted(e.Current.ModRevision) : new CandidateMessage.OwnPut(e.Current);

    private static CandidateMessage.SideRead Side(ImmutableArray<KeyValue> keyValues, ElectionKeys keys) => new(
        Cards(keyValues, keys), keyValues.FirstOrDefault(kv => kv.Key == keys.Wish) is { } wish ? new TransferWish(wish.Value.ToText(), wish.ModRevision) : null);

    private static CandidateMessage? Side(EtcdEvent e, ElectionKeys keys) =>
        keys.LeaseOfCard(e.Current.Key) is { } lease ? new CandidateMessage.CardShown(lease, e.IsDelete ? null : CandidateCard.Decode(e.Current.Value))
        : e.Current.Key != keys.Wish ? null
        : new CandidateMessage.WishShown(e.IsDelete ? null : new TransferWish(e.Current.Value.ToText(), e.Current.ModRevision));

    public static ImmutableDictionary<LeaseId, CandidateCard> Cards(IEnumerable<KeyValue> keyValues, ElectionKeys keys)
    {
        var cards = ImmutableDictionary.CreateBuilder<LeaseId, CandidateCard>();
        foreach (var kv in keyValues)
        {
            if (keys.LeaseOfCard(kv.Key) is { } lease && CandidateCard.Decode(kv.Value) is { } card)
            {
                cards[lease] = card;
            }
        }

        return cards.ToImmutable();
    }
}
