using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>
/// The keys of a barrier. Everybody inside or waiting has a key on its session's lease; <c>meeting</c> is there while a meeting is on, and lists the keys of those it is made of. It
/// is on no lease: it must outlive whoever put it. Keys are never used twice, so a key that is gone is out for good.
/// </summary>
internal sealed class BarrierKeys(string name)
{
    public KeyRange All { get; } = KeyRange.Prefix($"{name}/barrier/");

    public KeyRange Participants { get; } = KeyRange.Prefix($"{name}/barrier/participants/");

    public Bytes Meeting { get; } = $"{name}/barrier/meeting";

    public Bytes NewParticipant() => $"{name}/barrier/participants/{Guid.NewGuid():N}";

    public EtcdOp.Txn Look => new() { Then = [new EtcdOp.Get(Participants) { KeysOnly = true }, new EtcdOp.Get(Meeting)] };

    public BarrierView Read(TxnResult look) => new(
        look.Header.Revision,
        [.. ((GetResult)look.Results[0]).KeyValues.OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key)],
        ((GetResult)look.Results[1]).First is { } meeting ? new Meeting(meeting.ModRevision, [.. Keys(meeting.Value).Select(id => (Bytes)$"{name}/barrier/participants/{id}")]) : null);

    /// <summary>Begins a meeting, if all who are to be in it still are.</summary>
    public (ImmutableArray<EtcdCompare> If, EtcdOp.Put Then) Begin(ImmutableArray<KeyValue> members) =>
        ([EtcdCompare.NotExists(Meeting), .. members.Select(member => EtcdCompare.Unchanged(member.Key, member.ModRevision))],
            new EtcdOp.Put(Meeting, string.Join('\n', members.Select(member => member.Key.ToText()[$"{name}/barrier/participants/".Length..]))));

    /// <summary>Ends a meeting, if all have left.</summary>
    public (ImmutableArray<EtcdCompare> If, EtcdOp.Delete Then) End(Meeting meeting) =>
        ([EtcdCompare.Unchanged(Meeting, meeting.Revision), .. meeting.Members.Select(EtcdCompare.NotExists)], new EtcdOp.Delete(Meeting));

    private static string[] Keys(Bytes value) => value.ToText().Split('\n');
}

/// <summary>A meeting that is on, or that all have left and nobody has ended.</summary>
internal sealed record Meeting(Revision Revision, ImmutableHashSet<Bytes> Members);

/// <summary>What a barrier is like at a revision; the participants in the order in which they came.</summary>
internal sealed record BarrierView(Revision Revision, ImmutableArray<KeyValue> Participants, Meeting? Meeting)
{
    public bool Has(Bytes key, Revision since) => Participants.Any(p => p.Key == key && p.CreateRevision == since);

    public bool IsInside(Bytes key) => Meeting is { } meeting && meeting.Members.Contains(key);

    /// <summary>The meeting that all have left.</summary>
    public Meeting? Over => Meeting is { } meeting && !Participants.Any(p => meeting.Members.Contains(p.Key)) ? meeting : null;
}
