using System.CommandLine;
using System.Globalization;
using System.Text;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>Bytes as etcdctl writes them with <c>--hex</c>: <c>\x66\x6f\x6f</c>. So keys of any bytes can be seen, and typed.</summary>
internal static class HexText
{
    private const int Width = 4;

    public static Option<bool> Create() => new("--hex") { Description = @"Print keys and values as \x66\x6f\x6f, and take a key that is written so as these bytes." };

    /// <summary>The bytes of a key that was typed.</summary>
    public static Bytes Read(string typed, bool isHex)
    {
        if (!isHex || typed.Length == 0 || typed.Length % Width != 0)
        {
            return typed;
        }

        var bytes = new byte[typed.Length / Width];
        for (var i = 0; i < bytes.Length; i++)
        {
            var part = typed.AsSpan(i * Width, Width);
            if (!part.StartsWith(@"\x", StringComparison.Ordinal) || !byte.TryParse(part[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return typed;
            }
        }

        return bytes;
    }

    /// <summary>Bytes for printing.</summary>
    public static Bytes Of(Bytes bytes)
    {
        var text = new StringBuilder(bytes.Length * Width);
        foreach (var b in bytes.Span)
        {
            text.Append(CultureInfo.InvariantCulture, $@"\x{b:x2}");
        }

        return text.ToString();
    }
}
