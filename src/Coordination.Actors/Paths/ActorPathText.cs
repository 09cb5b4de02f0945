namespace Coordination.Actors;

/// <summary>Paths as text: which names are valid, and the way back from text to path.</summary>
internal static class ActorPathText
{
    public static bool IsValidElement(string? s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$') return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ActorPath.ValidSymbols.Contains(s[i], StringComparison.Ordinal)) continue;
            if (s[i] != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2])) return false;
            i += 2;
        }

        return true;
    }

    public static bool TryParse(string? text, out ActorPath? path)
    {
        path = null;
        if (!TryParseAddress(text, out var address, out var rest)) return false;
        ActorPath parsed = new RootActorPath(address!);
        var uid = 0L;
        if (rest.LastIndexOf('#') is var mark and >= 0)
        {
            if (!long.TryParse(rest.AsSpan(mark + 1), out uid)) return false;
            rest = rest[..mark];
        }

        foreach (var name in rest.Split('/', StringSplitOptions.RemoveEmptyEntries)) parsed = parsed.Child(name);
        path = uid == 0 ? parsed : parsed.WithUid(uid);
        return true;
    }

    private static bool TryParseAddress(string? text, out Address? address, out string rest)
    {
        (address, rest) = (null, "");
        var scheme = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (text is null || scheme <= 0 || text[..scheme].Contains('/', StringComparison.Ordinal)) return false;
        var start = scheme + 3;
        var slash = text.IndexOf('/', start);
        var authority = slash < 0 ? text[start..] : text[start..slash];
        rest = slash < 0 ? "" : text[slash..];
        var at = authority.IndexOf('@', StringComparison.Ordinal);
        if (authority.Length == 0) return false;
        if (at < 0)
        {
            address = new Address(text[..scheme], authority);
            return true;
        }

        var colon = authority.LastIndexOf(':');
        var port = 0;
        if (colon > at && !int.TryParse(authority.AsSpan(colon + 1), out port)) return false;
        address = colon > at
            ? new Address(text[..scheme], authority[..at], authority[(at + 1)..colon], port)
            : new Address(text[..scheme], authority[..at], authority[(at + 1)..]);
        return true;
    }
}
