using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>
/// What one system tells another about a mutex, through the inbox on the other's lease: small JSON, written in the transaction that it is about. So a hand-over wakes one
/// process, and that one needs no watch on every key that it waits for. A note that is lost costs time, as its reader looks after a while all the same. Who may write
/// under the prefix of the waiters is trusted as who may write the locks' keys is: a note repeats what was put under the key.
/// </summary>
/// <param name="Lock">The lock's key.</param>
/// <param name="To">The attempt of the ticket that it is about.</param>
/// <param name="Version">Handed over: how often the key was put since it was created. Else: called, because the key was deleted.</param>
/// <param name="Next">Handed over: who comes after the reader.</param>
internal sealed record LockNote(string Lock, string To, long? Version, ImmutableArray<LockNote.Waiter>? Next)
{
    private const int LargestNote = 16 * 1024;

    public static Bytes Given(Bytes key, Ticket to, long version, ImmutableArray<Ticket> rest) => Encode(new LockNote(
        key.ToText(), to.Attempt.ToString(), version, [.. rest.Select(t => new Waiter(t.Lease.Value, t.Placed.Value, t.Owner, t.Attempt.ToString()))]));

    public static Bytes Called(Bytes key, Ticket to) => Encode(new LockNote(key.ToText(), to.Attempt.ToString(), null, null));

    /// <summary>What a note that was written at this revision tells, and about which lock; null when it is not in our form.</summary>
    public static (Bytes Lock, LineMessage Message)? Decode(Bytes bytes, Revision revision)
    {
        if (bytes.Length is 0 or > LargestNote)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, LockNoteJson.Default.LockNote) is { Lock: { } key, To: not null } note && AttemptId.Parse(note.To) is { } to
                ? (key, note.Version is { } version ? new LineMessage.Given(to, revision, version, note.Behind()) : new LineMessage.Called(to))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Bytes Encode(LockNote note) => new(JsonSerializer.SerializeToUtf8Bytes(note, LockNoteJson.Default.LockNote));

    private ImmutableArray<Ticket> Behind() =>
    [
        .. (Next ?? []).Select(w => w is { Owner: not null } && AttemptId.Parse(w.Attempt) is { } attempt
            ? new Ticket(new LeaseId(w.Lease), new Revision(w.Placed), w.Owner, attempt)
            : null).OfType<Ticket>(),
    ];

    /// <summary>A ticket.</summary>
    internal sealed record Waiter(long Lease, long Placed, string Owner, string Attempt);
}

/// <summary>Compile-time JSON of <see cref="LockNote"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LockNote))]
internal sealed partial class LockNoteJson : JsonSerializerContext;
