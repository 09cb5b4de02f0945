using System.Buffers.Binary;

namespace Coordination.Embedded.Server.Http2;

/// <summary>
/// etcdctl sends its endpoint as the authority of some requests, with the scheme (<c>http://127.0.0.1:2379</c>). Go servers accept that; Kestrel resets
/// the stream. The authority means nothing here, so the one that a client introduces with its first request is replaced by a valid one. Later requests
/// refer to it through the header table of the connection. (HPACK: RFC 7541, sections 5 and 6.)
/// </summary>
internal static class AuthorityRewriter
{
    public const int FrameHeaderLength = 9;
    public const byte HeadersFrame = 1;

    private const byte EndHeaders = 0x4;
    private const byte Padded = 0x8;
    private const byte Priority = 0x20;
    private const int AuthorityIndex = 1;

    // Shorter than what it replaces: then the header table here never forgets an entry that the client still refers to.
    private static readonly byte[] Replacement = "etcd"u8.ToArray();

    /// <summary>The length of the payload that a frame header announces.</summary>
    public static int PayloadLength(ReadOnlySpan<byte> frame) => (frame[0] << 16) | (frame[1] << 8) | frame[2];

    /// <summary>A whole HEADERS frame with its authority replaced; the frame itself when there is nothing to replace or it is not understood.</summary>
    public static byte[] Rewrite(byte[] frame)
    {
        if ((frame[4] & (EndHeaders | Padded | Priority)) != EndHeaders || !TryFindAuthority(frame, out var start, out var end))
        {
            return frame;
        }

        byte[] rewritten = [.. frame.AsSpan(0, start), (byte)Replacement.Length, .. Replacement, .. frame.AsSpan(end)];
        var length = rewritten.Length - FrameHeaderLength;
        rewritten[0] = (byte)(length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(rewritten.AsSpan(1), (ushort)length);
        return rewritten;
    }

    private static bool TryFindAuthority(ReadOnlySpan<byte> frame, out int start, out int end)
    {
        (start, end) = (0, 0);
        var position = FrameHeaderLength;
        while (position < frame.Length)
        {
            var first = frame[position];
            var prefixBits = first switch { >= 0x80 => 7, >= 0x40 => 6, >= 0x20 => 5, _ => 4 };
            if (!TryReadInteger(frame, ref position, prefixBits, out var index))
            {
                return false;
            }

            if (first is >= 0x80 or (>= 0x20 and < 0x40))
            {
                continue;
            }

            if (index == 0 && !TrySkipString(frame, ref position))
            {
                return false;
            }

            start = position;
            if (!TrySkipString(frame, ref position))
            {
                return false;
            }

            if (index == AuthorityIndex)
            {
                end = position;
                return end - start > Replacement.Length + 1;
            }
        }

        return false;
    }

    private static bool TrySkipString(ReadOnlySpan<byte> frame, ref int position)
    {
        if (!TryReadInteger(frame, ref position, 7, out var length) || length > frame.Length - position)
        {
            return false;
        }

        position += length;
        return true;
    }

    private static bool TryReadInteger(ReadOnlySpan<byte> frame, ref int position, int prefixBits, out int value)
    {
        value = 0;
        if (position >= frame.Length)
        {
            return false;
        }

        var mask = (1 << prefixBits) - 1;
        value = frame[position++] & mask;
        if (value < mask)
        {
            return true;
        }

        for (var shift = 0; position < frame.Length && shift <= 21; shift += 7)
        {
            var next = frame[position++];
            value += (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
