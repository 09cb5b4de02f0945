using System.Text;

namespace Coordination.Testing;

/// <summary>Makes wrong inputs out of right ones: bytes flipped, left out, doubled and cut off, and in between what parsers stumble over.</summary>
/// <param name="seed">Everything that happens follows from it.</param>
/// <param name="samples">Right inputs.</param>
public sealed class Mutator(int seed, params IReadOnlyList<byte[]> samples)
{
    private static readonly byte[][] Stumbling =
    [
        .. new[]
        {
            "null", "true", "{", "}", "[", "]", "\"", ":", ",", "=", "#", "/", "//", "\\", "\\u0000", "\\ud800", "\\udc00\\ud800", "\0", "\n", "\r", " ", "-", "0", "-1", "1e999", "1.5", "NaN",
            "2147483648", "-9223372036854775809", "99999999999999999999999999", "0x", "${", "}", "${?", "\"\"\"", "include", "include \"x\"", "+=", "é", "\U0001F511", "%", "\u2028", "::1", "[::1]:80",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf],
        [.. Enumerable.Repeat((byte)'[', 200)], [.. Enumerable.Repeat((byte)'{', 200)], [.. Enumerable.Repeat((byte)'a', 5000)], [.. Enumerable.Repeat((byte)'9', 400)],
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next one; now and then it is a right one.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>(samples[_random.Next(samples.Count)]);
        for (var n = _random.Next(6); n > 0; n--)
        {
            Change(bytes);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var count = Math.Min(bytes.Count - at, 1 + _random.Next(1 + (bytes.Count / 4)));
        switch (_random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes.RemoveRange(at, count);
                break;
            case 2:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, count));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                var other = samples[_random.Next(samples.Count)];
                var from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from.._random.Next(from, other.Length + 1)]);
                break;
            case 5:
                bytes.RemoveRange(at, count);
                goto default;
            default:
                bytes.InsertRange(Math.Min(at, bytes.Count), Stumbling[_random.Next(Stumbling.Length)]);
                break;
        }
    }
}
