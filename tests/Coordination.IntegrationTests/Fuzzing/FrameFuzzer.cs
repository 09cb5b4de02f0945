using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace Coordination.IntegrationTests.Fuzzing;

/// <summary>
/// Breaks some of the frames of a server. What it makes is never valid by chance: a changed number in a message that still makes sense is not a malformed
/// message, and only TLS keeps anybody from that. Thread-safe.
/// </summary>
internal sealed class FrameFuzzer(int seed, double rate)
{
    private const int Times = 4;

    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly (string Name, Func<Frame, bool> Fits, Func<Frame, byte[]?> Break)[] _ways =
    [
        ("message of garbage", IsMessage, f => (f with { Payload = [.. f.Payload[..5], .. Enumerable.Repeat((byte)0xff, f.Payload.Length - 5)] }).Encode()),
        ("truncated protobuf", IsMessage, f => (f with { Payload = Shorter(f.Payload) }).Encode()),
        ("truncated frame of gRPC", IsMessage, f => [.. (f with { Payload = f.Payload[..^1] }).Encode(), .. new Frame(Frame.Data, Frame.EndStream, f.Stream, []).Encode()]),
        ("compressed", IsMessage, f => (f with { Payload = [1, .. f.Payload[1..]] }).Encode()),
        ("unknown flag", IsMessage, f => (f with { Payload = [0x7f, .. f.Payload[1..]] }).Encode()),
        ("giant message", IsMessage, f => (f with { Payload = Announcing(f.Payload, int.MaxValue) }).Encode()),
        ("message that never ends", IsMessage, f => (f with { Payload = Announcing(f.Payload, f.Payload.Length + 100_000) }).Encode()),
        ("no trailers", IsTrailers, f => new Frame(Frame.Data, Frame.EndStream, f.Stream, []).Encode()),
        ("headers of garbage", IsHeaders, f => (f with { Payload = [.. Enumerable.Repeat((byte)0xff, f.Payload.Length)] }).Encode()),
        ("wrong content type", IsHeaders, f => new Frame(Frame.Headers, Frame.EndHeaders | Frame.EndStream, f.Stream, [0x88, 0x0f, 0x10, 9, .. "text/html"u8]).Encode()),
        ("HTTP 503", IsHeaders, f => new Frame(Frame.Headers, Frame.EndHeaders | Frame.EndStream, f.Stream, [0x08, 3, .. "503"u8]).Encode()),
        ("stream reset", IsMessage, f => new Frame(Frame.ResetStream, 0, f.Stream, [0, 0, 0, 2]).Encode()),
        ("refused stream", IsHeaders, f => new Frame(Frame.ResetStream, 0, f.Stream, [0, 0, 0, 7]).Encode()),
        ("goaway", IsAny, f => [.. new Frame(Frame.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]).Encode(), .. f.Encode()]),
        ("wrong length", IsAny, f => f.Encode(f.Payload.Length + 10)),
        ("huge frame", IsAny, f => f.Encode(0xffffff)),
        ("unknown frame", IsAny, f => [.. new Frame(0xee, 0xff, f.Stream, [1, 2, 3]).Encode(), .. f.Encode()]),
        ("frame of no stream", IsMessage, f => (f with { Stream = 0 }).Encode()),
        ("plain text", IsAny, _ => Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
        ("cut", IsAny, _ => null),
    ];

    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOn;

    /// <summary>Whether anything is broken at all.</summary>
    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    /// <summary>How often it broke something in each way.</summary>
    public ConcurrentDictionary<string, int> Done { get; } = new();

    /// <summary>Completes when it has broken something <see cref="Times"/> times in each way.</summary>
    public Task Enough => _enough.Task;

    /// <summary>The bytes to send instead of a frame; null: cut the connection.</summary>
    public byte[]? Next(Frame frame)
    {
        lock (_lock)
        {
            if (!_isOn || _random.NextDouble() >= rate)
            {
                return frame.Encode();
            }

            // The way that was taken the least, so that all of them come.
            var fitting = _ways.Where(way => way.Fits(frame)).OrderBy(way => Done.GetValueOrDefault(way.Name)).ThenBy(_ => _random.Next()).ToList();
            if (fitting.Count > 0)
            {
                Done.AddOrUpdate(fitting[0].Name, 1, (_, count) => count + 1);
                if (Done.Count == _ways.Length && Done.Values.Min() >= Times)
                {
                    _enough.TrySetResult();
                }

                return fitting[0].Break(frame);
            }

            return frame.Encode();
        }
    }

    private static bool IsAny(Frame frame) => frame.Type is Frame.Data or Frame.Headers;

    private static bool IsMessage(Frame frame) => frame is { Type: Frame.Data, Payload.Length: > 6 };

    private static bool IsHeaders(Frame frame) => frame.Type == Frame.Headers;

    private static bool IsTrailers(Frame frame) => frame.Type == Frame.Headers && (frame.Flags & Frame.EndStream) != 0;

    /// <summary>Without its last byte, and announced so: the last field is not whole, whatever it is.</summary>
    private static byte[] Shorter(byte[] payload) => Announcing(payload[..^1], payload.Length - 6);

    private static byte[] Announcing(byte[] payload, int length)
    {
        var changed = (byte[])payload.Clone();
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(1), length);
        return changed;
    }
}
