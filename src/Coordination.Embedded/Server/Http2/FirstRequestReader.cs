using System.Buffers;
using System.IO.Pipelines;

namespace Coordination.Embedded.Server.Http2;

/// <summary>
/// What a client sends on a connection, with the authority of its first request made valid. Everything after the first request comes straight from the
/// connection. For a consumer that always takes all it was given, as Kestrel's HTTP/2 does.
/// </summary>
internal sealed class FirstRequestReader(PipeReader inner) : PipeReader
{
    private const int PrefaceLength = 24;
    private const int MaxPayload = 16 * 1024;

    private bool _passPreface = true;
    private bool _passThrough;
    private ReadOnlySequence<byte> _raw;
    private SequencePosition _rawEnd;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (!_passThrough)
        {
            var read = await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryTake(read, out var result))
            {
                return result;
            }
        }

        return await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_passThrough)
        {
            return inner.TryRead(out result);
        }

        result = default;
        return inner.TryRead(out var read) && TryTake(read, out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_raw.IsEmpty)
        {
            inner.AdvanceTo(consumed, examined);
        }
        else
        {
            // The frames that were handed out (perhaps rewritten) are consumed as a whole.
            _raw = default;
            inner.AdvanceTo(_rawEnd);
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    // Hands out the preface and then frame by frame until the first HEADERS frame has passed.
    private bool TryTake(ReadResult read, out ReadResult result)
    {
        var buffer = read.Buffer;
        if (read.IsCompleted || read.IsCanceled)
        {
            _passThrough = read.IsCompleted;
            result = read;
            return true;
        }

        var isHeaders = false;
        long length = PrefaceLength;
        if (!_passPreface && buffer.Length >= AuthorityRewriter.FrameHeaderLength)
        {
            var header = buffer.Slice(0, AuthorityRewriter.FrameHeaderLength).ToArray();
            length = AuthorityRewriter.FrameHeaderLength + AuthorityRewriter.PayloadLength(header);
            isHeaders = header[3] == AuthorityRewriter.HeadersFrame;
        }

        if (length > MaxPayload)
        {
            // No client opens like this; Kestrel will say so.
            _passThrough = true;
            result = read;
            return true;
        }

        if (buffer.Length < length)
        {
            inner.AdvanceTo(buffer.Start, buffer.End);
            result = default;
            return false;
        }

        _raw = buffer.Slice(0, length);
        _rawEnd = _raw.End;
        var taken = isHeaders ? new ReadOnlySequence<byte>(AuthorityRewriter.Rewrite(_raw.ToArray())) : _raw;
        _passPreface = false;
        _passThrough = isHeaders;
        result = new ReadResult(taken, isCanceled: false, isCompleted: false);
        return true;
    }
}
