namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// A connection that keeps the first bytes from the server, and asks why when there are none: a server that is not spoken to as it expects is told as what it
/// is, and not as a broken connection.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="onFirst">Called once, when the first bytes have come or the connection has ended without (none); null: nobody wants to know.</param>
internal sealed class FirstBytesStream(Stream inner, Func<byte[], Task>? onFirst = null) : Stream
{
    private const int Kept = 4;

    private readonly Lock _lock = new();
    private Task? _asked;
    private volatile byte[]? _first;

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

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _first is null ? WriteFirstAsync(buffer, cancellationToken) : inner.WriteAsync(buffer, cancellationToken);

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
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            await AskAsync([]).ConfigureAwait(false);
            throw;
        }

        if (count > 0 || buffer.Length > 0)
        {
            var first = buffer.Span[..Math.Min(count, Kept)].ToArray();
            await AskAsync(first).ConfigureAwait(false);
            _first = first;
        }

        return count;
    }

    // Which side notices first that the connection was closed is a matter of chance; both are to say why.
    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            await AskAsync([]).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Once, whoever asks.</summary>
    private Task AskAsync(byte[] first)
    {
        lock (_lock)
        {
            return _asked ??= onFirst is null ? Task.CompletedTask : onFirst(first);
        }
    }
}
