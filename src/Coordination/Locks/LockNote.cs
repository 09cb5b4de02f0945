using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>
/// What one system tells another about a lock, through the inbox on the other's lease: small JSON, written in the transaction that it is about. A note saves
/// its reader a watch on every key that it waits for, and wakes nobody else. Notes are hints: one that is lost costs time, as its reader watches the key after
/// a while all the same. Who may write under the prefix of the line is trusted as who may write the locks' keys is: a note repeats what was put under the key.
/// </summary>
/// <param name="Lock">The lock's key.</param>
/// <param name="To">The attempt or ticket of the reader that it is about.</param>
/// <param name="Version">Given: how often the key was put since it was created.</param>
/// <param name="Value">Given: what was put under the key. Followed: what was put under the ticket.</param>
/// <param name="Ticket">Followed: the key of the ticket.</param>
/// <param name="Lease">Followed: the lease of the ticket.</param>
internal sealed record LockNote(string Lock, string To, long? Version, LockValue? Value, string? Ticket, long? Lease)
{
    private const int LargestNote = 16 * 1024;

    /// <summary>The lock was handed to the reader.</summary>
    public static LockNote Given(Bytes key, LockNeighbour to, LockValue value, long version) =>
        new(key.ToText(), to.Attempt.ToString(), version, value, null, null);

    /// <summary>The lock was released, and the reader is next in line.</summary>
    public static LockNote Called(Bytes key, LockNeighbour to) => new(key.ToText(), to.Attempt.ToString(), null, null, null, null);

    /// <summary>A ticket was placed behind the reader.</summary>
    public static LockNote Followed(Bytes key, LockNeighbour to, Bytes ticket, LeaseId lease, LockValue value) =>
        new(key.ToText(), to.Attempt.ToString(), null, value, ticket.ToText(), lease.Value);

    /// <summary>A note, or null when it is not in our form.</summary>
    public static LockNote? Decode(Bytes bytes)
    {
        if (bytes.Length is 0 or > LargestNote)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, LockNoteJson.Default.LockNote) is { Lock: not null, To: not null } note ? note : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public Bytes Encode() => new(JsonSerializer.SerializeToUtf8Bytes(this, LockNoteJson.Default.LockNote));

    /// <summary>What it tells the machine of the lock, when it was written at this revision; null when it tells nothing.</summary>
    public LockMessage? Message(Revision revision, LeaseId reader)
    {
        if (AttemptId.Parse(To) is not { } to)
        {
            return null;
        }

        return this switch
        {
            // Written in one transaction: the revision is the key's as well.
            { Version: { } version, Value: { } value } when AttemptId.Parse(value.Attempt) == to =>
                new LockMessage.KeyPut(new KeyValue(Lock, value.Encode(), Revision.None, revision, version, reader), default),
            { Ticket: { } ticket, Lease: { } lease, Value: { Owner: { } owner } value } =>
                new LockMessage.Followed(to, new LineTicket(ticket, revision, new LeaseId(lease), owner, AttemptId.Parse(value.Attempt))),
            { Value: null } => new LockMessage.Called(to, revision),
            _ => null,
        };
    }
}

/// <summary>Compile-time JSON of <see cref="LockNote"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LockNote))]
internal sealed partial class LockNoteJson : JsonSerializerContext;
