using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>Collects what lives on each lease. Only leases that carry something of this library are sessions.</summary>
internal sealed class SessionRows
{
    private readonly SortedDictionary<LeaseId, (string? Owner, List<string> Carries)> _leases = new(Comparer<LeaseId>.Create((a, b) => a.Value.CompareTo(b.Value)));

    public void Add(KeyValue kv, KeyKind kind)
    {
        var what = kind switch
        {
            KeyKind.Lock held => $"lock {held.Name}",
            KeyKind.Ticket ticket => $"waits for {ticket.Name}",
            KeyKind.Shared shared => $"{shared.Mode} {shared.Name}",
            KeyKind.Candidate candidate => $"candidate {candidate.Name}",
            KeyKind.Service service => $"instance {service.Id} of {service.Name}",
            _ => null,
        };
        if (what is null || kv.Lease.IsNone)
        {
            return;
        }

        var (owner, carries) = _leases.TryGetValue(kv.Lease, out var found) ? found : (null, []);
        carries.Add(what);
        _leases[kv.Lease] = (owner ?? StoredOwner.Read(kv.Value)?.Owner ?? (kind is KeyKind.Candidate && !kv.Value.IsEmpty ? StoredOwner.TextOf(kv.Value) : null), carries);
    }

    public ImmutableArray<SessionRow> Rows(IReadOnlyDictionary<LeaseId, LeaseAnswer> leases) =>
    [
        .. _leases.Select(one =>
        {
            var answer = leases.GetValueOrDefault(one.Key);
            return new SessionRow(one.Key.ToString(), one.Value.Owner, answer?.Ttl.TotalSeconds, answer?.Remaining.TotalSeconds, [.. one.Value.Carries.Order(StringComparer.Ordinal)]);
        }),
    ];
}
