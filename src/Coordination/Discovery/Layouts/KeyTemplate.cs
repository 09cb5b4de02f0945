using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Discovery.Layouts;

/// <summary>What the last segment of an instance's key is.</summary>
internal enum KeyTail
{
    /// <summary>The id of the instance.</summary>
    Id,

    /// <summary>Its host:port.</summary>
    Address,

    /// <summary>The id of its lease, in decimal as Go's <c>%d</c> writes it.</summary>
    Lease,

    /// <summary>There is none: the key ends with the service.</summary>
    None,
}

/// <summary>Keys of the form <c>prefix{service}middle{tail}</c>. The middle begins and ends with '/', so that a service never matches one whose name is longer.</summary>
internal sealed record KeyTemplate(string Prefix, string Middle, KeyTail Tail)
{
    private const int LongestFixedPart = 512;
    private const string ServiceMark = "{service}";

    private static readonly (string Mark, KeyTail Tail)[] Tails = [("{id}", KeyTail.Id), ("{address}", KeyTail.Address), ("{lease}", KeyTail.Lease)];

    /// <exception cref="ArgumentException">It is no such template.</exception>
    public static KeyTemplate Parse(string keys, bool hasTail)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var allowed = hasTail
            ? "allowed is one {service}, then '/' and as the last segment {id}, {address} or {lease}, e.g. /services/{service}/{id}"
            : "allowed is a text that ends in {service}, e.g. {service}";
        var at = keys.IndexOf(ServiceMark, StringComparison.Ordinal);
        var (mark, tail) = hasTail ? Array.Find(Tails, t => keys.EndsWith(t.Mark, StringComparison.Ordinal)) : ("", KeyTail.None);
        if (at < 0 || mark is null || at + ServiceMark.Length + mark.Length > keys.Length)
        {
            throw Problem(keys, allowed);
        }

        var prefix = keys[..at];
        var middle = keys[(at + ServiceMark.Length)..^mark.Length];
        var isDelimited = hasTail ? middle.StartsWith('/') && middle.EndsWith('/') : middle.Length == 0;
        return isDelimited && IsPlain(prefix) && IsPlain(middle) ? new KeyTemplate(prefix, middle, tail) : throw Problem(keys, allowed);
    }

    /// <summary>The range with the keys of one service, and of no other.</summary>
    public KeyRange RangeOf(string service) => Tail is KeyTail.None
        ? KeyRange.Between(Prefix + service, Prefix + service + "/")
        : KeyRange.Prefix(Prefix + service + Middle);

    /// <summary>The range with the keys of all services; null when nothing sets them apart from other keys.</summary>
    public KeyRange? AllServices => Tail is not KeyTail.None && Prefix.Trim('/').Length > 0 && Prefix.EndsWith('/') ? KeyRange.Prefix(Prefix) : default(KeyRange?);

    public Bytes KeyOf(ServiceInstance instance, LeaseId lease) => Prefix + instance.Service + Middle + Tail switch
    {
        KeyTail.Id => instance.Id,
        KeyTail.Address => instance.Address,
        KeyTail.Lease => lease.Value.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    /// <summary>Takes a key apart; null when it is not one of this template.</summary>
    public (string Service, string Tail)? Split(Bytes key)
    {
        // Lossy for what is no UTF-8; the rules for names then refuse it.
        var text = key.ToText();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var end = Tail is KeyTail.None ? text.Length : text.IndexOf(Middle, Prefix.Length, StringComparison.Ordinal);
        return end <= Prefix.Length ? null : (text[Prefix.Length..end], Tail is KeyTail.None ? "" : text[(end + Middle.Length)..]);
    }

    private static bool IsPlain(string text) =>
        text.Length <= LongestFixedPart && text.All(c => char.IsBetween(c, '!', '~') && c is not ('{' or '}'));

    private static ArgumentException Problem(string keys, string allowed) => new($"The keys of the layout are '{keys}': {allowed}.", nameof(keys));
}
