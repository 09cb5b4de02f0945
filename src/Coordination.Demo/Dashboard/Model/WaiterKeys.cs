using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>How those who wait for a lock are found in etcd: the one place that knows the form of their keys, <c>coordination/waiters/{lock, escaped}/…</c>.</summary>
internal static class WaiterKeys
{
    private const string Prefix = "coordination/waiters/";

    /// <summary>The lock that a ticket waits for; null when the key is none (inboxes begin with a sign that no escaped name has).</summary>
    public static string? LockOf(Bytes key)
    {
        if (!key.StartsWith(Prefix))
        {
            return null;
        }

        var rest = new Bytes(key.Memory[Prefix.Length..]).ToText();
        var end = rest.IndexOf('/', StringComparison.Ordinal);
        return end > 0 && rest[0] != '@' ? Unescape(rest[..end]) : null;
    }

    /// <summary>Tickets, first come first.</summary>
    public static ImmutableArray<Claim> InOrder(IEnumerable<KeyValue> tickets) =>
    [
        .. tickets.OrderBy(kv => kv.CreateRevision).ThenBy(kv => kv.Key)
            .Select(kv => new Claim(StoredOwner.NameOf(kv), kv.CreateRevision.Value, kv.Lease.IsNone ? "" : kv.Lease.ToString(), StoredOwner.Read(kv.Value)?.Since)),
    ];

    private static string Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes.Add(escaped);
                i += 2;
            }
            else
            {
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(text[i..(i + 1)]));
            }
        }

        return new Bytes(bytes.ToArray()).ToString();
    }
}
