using System.Globalization;
using System.Text;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>
/// Where an election lives in etcd. The candidates are etcd's own layout (<c>name/lease in hex</c>), and nothing else is ever put there by this library: to etcd's own
/// client every key under that prefix is a candidate. To us one is only what is named after the lease that it lives on. What only our candidates tell each other is
/// beside it.
/// </summary>
internal sealed class ElectionKeys
{
    private const string SideSuffix = ".coordination";

    private readonly string _name;

    public ElectionKeys(string name)
    {
        _name = name;
        Candidates = KeyRange.Prefix(name + "/");
        Side = KeyRange.Prefix($"{name}{SideSuffix}/");
        Wish = $"{name}{SideSuffix}/transfer";
    }

    /// <summary>All candidates.</summary>
    public KeyRange Candidates { get; }

    /// <summary>The cards of our candidates, and the wish for a transfer.</summary>
    public KeyRange Side { get; }

    /// <summary>Holds the name of the candidate that somebody wants to lead.</summary>
    public Bytes Wish { get; }

    /// <exception cref="ArgumentException">The name is empty, too long or taken by this library.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > ElectionOptions.MaxNameLength)
        {
            throw new ArgumentException(
                $"The name of an election has {length} bytes; allowed are 1 to {ElectionOptions.MaxNameLength}{(length == 0 ? "" : $": '{name[..40]}…'")}.", nameof(name));
        }

        if (name.EndsWith('/') || name.EndsWith(SideSuffix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The name of an election is '{name}'; it must not end with '/' or '{SideSuffix}'.", nameof(name));
        }
    }

    /// <summary>The key of the candidate that has this lease.</summary>
    public Bytes Candidate(LeaseId lease) => $"{_name}/{lease}";

    /// <summary>Whether a key under the name is a candidate, and not something that got there by accident: nobody would ever step down from its place.</summary>
    public bool IsCandidate(KeyValue kv) => !kv.Lease.IsNone && kv.Key == Candidate(kv.Lease);

    /// <summary>What our candidate with this lease says about itself.</summary>
    public Bytes Card(LeaseId lease) => $"{_name}{SideSuffix}/candidates/{lease}";

    /// <summary>The lease that a card belongs to; null when the key is none.</summary>
    public LeaseId? LeaseOfCard(Bytes key)
    {
        var prefix = Encoding.UTF8.GetByteCount($"{_name}{SideSuffix}/candidates/");
        return key.Length > prefix && key.StartsWith($"{_name}{SideSuffix}/candidates/")
            && long.TryParse(new Bytes(key.Memory[prefix..]).ToText(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var lease)
                ? new LeaseId(lease)
                : null;
    }
}
