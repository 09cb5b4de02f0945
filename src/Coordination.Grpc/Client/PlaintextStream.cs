namespace Coordination.Grpc.Client;

/// <summary>
/// A plaintext connection. Its first bytes show a server that speaks TLS (and answers what it cannot read with an alert): that is told as what it is, and
/// not as a broken HTTP/2 connection.
/// </summary>
internal sealed class PlaintextStream(Stream inner) : Stream
{
    private const byte TlsAlert = 0x15;
    private const byte TlsMajorVersion = 0x03;

    private bool _seen;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (!_seen && count > 0)
        {
            _seen = true;
            Check(buffer.Span[..count]);
        }

        return count;
    }

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

    // A frame of HTTP/2 that begins so would be of 1.3 MiB, and no server's first frame is that long.
    private static void Check(ReadOnlySpan<byte> first)
    {
        if (first is [TlsAlert, TlsMajorVersion, ..])
        {
            throw new InsecureConnectionException(GrpcSecurityProblem.ServerSpeaksTls, "the server speaks TLS, and the address begins with http: use https");
        }
    }
}
