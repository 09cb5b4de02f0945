using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Everything that is shown, as it was at one revision of etcd. It is what the page gets as JSON.</summary>
internal sealed record Overview(
    EtcdCondition Etcd,
    ImmutableArray<LockRow> Locks,
    ImmutableArray<ElectionRow> Elections,
    ImmutableArray<ServiceRow> Services,
    ImmutableArray<SessionRow> Sessions,
    ImmutableArray<Problem> Problems);

/// <summary>How it stands with etcd itself.</summary>
/// <param name="IsConnected">Whether what is shown is what etcd has now. Before the first answer, and while etcd is away, it is not.</param>
/// <param name="Endpoints">Where etcd is.</param>
/// <param name="Revision">The revision that is shown; 0 before the first answer.</param>
/// <param name="Error">Why it is not connected.</param>
/// <param name="StaleSince">Since when.</param>
internal sealed record EtcdCondition(bool IsConnected, string Endpoints, long Revision, string? Error, DateTimeOffset? StaleSince);

/// <summary>Somebody who holds something or waits for it.</summary>
/// <param name="Owner">The name that it gives itself.</param>
/// <param name="Token">Of a holder: its fencing token. Of somebody who waits: the revision at which it came.</param>
/// <param name="Lease">Its lease, in hex; empty when it has none.</param>
/// <param name="Since">Since when, by its own clock; null when it does not say.</param>
/// <param name="Mode">Of readers, writers and semaphores: read, write, or how many permits.</param>
internal sealed record Claim(string Owner, long Token, string Lease, DateTimeOffset? Since, string? Mode = null);

/// <summary>A lock of any kind: who has it, and who waits, first come first.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">lock, readers and writers, semaphore, or etcd's own mutex.</param>
/// <param name="Holders">Who is in.</param>
/// <param name="Waiters">Who waits.</param>
internal sealed record LockRow(string Name, string Kind, ImmutableArray<Claim> Holders, ImmutableArray<Claim> Waiters);

/// <summary>An election: the first candidate leads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Candidates">In their order.</param>
/// <param name="LeadsSince">When this program saw the first one become the leader; null when that was before.</param>
/// <param name="TransferTo">Whom somebody wants to lead.</param>
internal sealed record ElectionRow(string Name, ImmutableArray<CandidateRow> Candidates, DateTimeOffset? LeadsSince, string? TransferTo);

/// <summary>A candidate.</summary>
/// <param name="Value">What it proclaims.</param>
/// <param name="Name">Its name, when it is one of this library's.</param>
/// <param name="Priority">Its priority, likewise.</param>
/// <param name="Term">The revision that created its key: of the leader, the term.</param>
/// <param name="Lease">Its lease, in hex.</param>
internal sealed record CandidateRow(string Value, string? Name, int? Priority, long Term, string Lease);

/// <summary>A service and its instances.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Instances">Those that are registered.</param>
/// <param name="SetAside">Entries that cannot be understood.</param>
/// <param name="Gone">Instances that this program saw go in the last ten minutes, and that did not come back.</param>
internal sealed record ServiceRow(string Name, ImmutableArray<InstanceRow> Instances, ImmutableArray<SetAside> SetAside, ImmutableArray<GoneRow> Gone);

/// <summary>An instance of a service.</summary>
internal sealed record InstanceRow(string Id, string Address, string State, int Weight, string? Zone, string? Version, string Lease);

/// <summary>An instance that is there no longer.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Address">Where it was.</param>
/// <param name="State">In which state it was.</param>
/// <param name="At">When this program heard that it has gone.</param>
internal sealed record GoneRow(string Id, string Address, string State, DateTimeOffset At);

/// <summary>An entry that cannot be understood.</summary>
internal sealed record SetAside(string Key, string Reason);

/// <summary>A lease with what of this library lives on it.</summary>
/// <param name="Lease">The lease, in hex.</param>
/// <param name="Owner">The name that its owner gives itself in one of its keys.</param>
/// <param name="TtlSeconds">Its TTL; null when etcd has not said yet.</param>
/// <param name="RemainingSeconds">How long it lived without a renewal when etcd was last asked.</param>
/// <param name="Carries">What lives on it, in words.</param>
internal sealed record SessionRow(string Lease, string? Owner, double? TtlSeconds, double? RemainingSeconds, ImmutableArray<string> Carries);

/// <summary>Something that somebody should look at.</summary>
/// <param name="Severity">error or warning.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Text">What is wrong.</param>
internal sealed record Problem(string Severity, string Subject, string Text);

/// <summary>One thing that happened to a lock or an election.</summary>
/// <param name="At">When this program heard of it.</param>
/// <param name="Revision">The revision of etcd.</param>
/// <param name="Subject">The lock or election.</param>
/// <param name="What">What happened.</param>
/// <param name="Owner">Who did it, as far as known.</param>
/// <param name="Token">The fencing token, of a new holder.</param>
internal sealed record HistoryEntry(DateTimeOffset At, long Revision, string Subject, string What, string Owner, long? Token);

/// <summary>Compile-time JSON of what the page gets.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(ImmutableArray<HistoryEntry>))]
internal sealed partial class OverviewJson : JsonSerializerContext;
