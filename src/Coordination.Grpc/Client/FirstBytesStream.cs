namespace Coordination.Grpc.Client;

/// <summary>
/// A connection that keeps the first bytes from the server, and asks why when there are none: a server that is not spoken to as it expects is told as what it
/// is, and not as a broken connection.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="onFirst">Called when the first bytes have come, or the connection ended without; null: nobody wants to know.</param>
internal sealed class FirstBytesStream(Stream inner, Func<byte[], ValueTask>? onFirst) : Stream
{
    private const int Kept = 4;

    private byte[]? _first;

    /// <summary>The first bytes from the server, at most four.</summary>
    public ReadOnlySpan<byte> First => _first;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _first is null ? ReadFirstAsync(buffer, cancellationToken) : inner.ReadAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (onFirst is not null)
        {
            await onFirst([]).ConfigureAwait(false);
            throw;
        }

        if (count > 0 || buffer.Length > 0)
        {
            _first = buffer.Span[..Math.Min(count, Kept)].ToArray();
            if (onFirst is not null)
            {
                await onFirst(_first).ConfigureAwait(false);
            }
        }

        return count;
    }
}
