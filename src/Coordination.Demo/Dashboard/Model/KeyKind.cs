using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>What a key is to this library, by its name and the form of its value.</summary>
internal abstract record KeyKind
{
    private const string Own = "coordination/";
    private const string Side = ".coordination/";
    private const string Cards = "candidates/";

    private static readonly string[] SharedFolders = ["/rwlock/readers/", "/rwlock/writers/", "/semaphore/"];

    private KeyKind()
    {
    }

    /// <summary>What a key is; <see cref="Other"/> is nothing of ours.</summary>
    public static KeyKind Of(KeyValue kv, ServiceLayout layout)
    {
        if (WaiterKeys.LockOf(kv.Key) is { } waitsFor)
        {
            return new Ticket(waitsFor);
        }

        var key = kv.Key.ToString();
        if (key.StartsWith(Own, StringComparison.Ordinal))
        {
            return new Other();
        }

        return (SideOf(key) ?? SharedOf(key, kv) ?? CandidateOf(key, kv) ?? (KeyKind?)ServiceOf(kv, layout))
            ?? (StoredOwner.Read(kv.Value) is { Attempt: not null } ? (KeyKind)new Lock(key) : new Other());
    }

    // What the candidates of this library say beside their keys: name.coordination/candidates/<lease>, name.coordination/transfer.
    private static KeyKind? SideOf(string key)
    {
        var at = key.LastIndexOf(Side, StringComparison.Ordinal);
        if (at <= 0)
        {
            return null;
        }

        var rest = key[(at + Side.Length)..];
        return rest == "transfer" ? new Wish(key[..at])
            : rest.StartsWith(Cards, StringComparison.Ordinal) ? new Card(key[..at], rest[Cards.Length..])
            : null;
    }

    private static Shared? SharedOf(string key, KeyValue kv)
    {
        foreach (var folder in SharedFolders)
        {
            // name + folder + lease + / + attempt
            var at = key.LastIndexOf(folder, StringComparison.Ordinal);
            if (at > 0 && key[(at + folder.Length)..].Split('/') is [var lease, not ""] && IsLease(lease, kv.Lease))
            {
                return new Shared(key[..at], folder.EndsWith("readers/", StringComparison.Ordinal) ? "read" : folder.EndsWith("writers/", StringComparison.Ordinal) ? "write" : "permits");
            }
        }

        return null;
    }

    // etcd's own form for elections and mutexes: a key that is named after the lease that it lives on.
    private static Candidate? CandidateOf(string key, KeyValue kv) =>
        key.LastIndexOf('/') is var at and > 0 && IsLease(key[(at + 1)..], kv.Lease) ? new Candidate(key[..at]) : null;

    private static Service? ServiceOf(KeyValue kv, ServiceLayout layout) =>
        layout.AllServices is { } all && all.Contains(kv.Key) && layout.GroupOf(kv.Key) is { } group ? new Service(group.Service, group.Group) : null;

    private static bool IsLease(string text, LeaseId lease) =>
        !lease.IsNone && long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) && id == lease.Value;

    /// <summary>A lock that somebody holds.</summary>
    public sealed record Lock(string Name) : KeyKind;

    /// <summary>Somebody who waits for a lock.</summary>
    public sealed record Ticket(string Name) : KeyKind;

    /// <summary>An entry in the line of a reader-writer lock or a semaphore.</summary>
    public sealed record Shared(string Name, string Mode) : KeyKind;

    /// <summary>A candidate of an election, or of a mutex of etcd's own client.</summary>
    public sealed record Candidate(string Name) : KeyKind;

    /// <summary>What a candidate says about itself.</summary>
    public sealed record Card(string Name, string Lease) : KeyKind;

    /// <summary>Whom somebody wants to lead.</summary>
    public sealed record Wish(string Name) : KeyKind;

    /// <summary>A key of an instance of a service.</summary>
    public sealed record Service(string Name, Bytes Group) : KeyKind
    {
        /// <summary>The last segment of the key, which is the instance's id, its address or its lease.</summary>
        public string Id => Group.ToString().Split('/')[^1];
    }

    /// <summary>Nothing of ours.</summary>
    public sealed record Other : KeyKind;
}
