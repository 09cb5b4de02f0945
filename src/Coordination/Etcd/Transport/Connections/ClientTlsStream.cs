using System.Net.Security;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// A TLS connection that asks why when the server closes it before it has said a word. A server that does not take the client's certificate does so after the
/// handshake; whether reading or writing notices first, and how, is a matter of chance, so both say why.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="whenClosed">Called once, with what was thrown; throws when it knows better.</param>
internal sealed class ClientTlsStream(Stream inner, Func<Exception?, Task> whenClosed) : SslStream(inner)
{
    private readonly Lock _lock = new();
    private Task? _asked;
    private volatile bool _hasSpoken;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasSpoken ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasSpoken ? base.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            await AskAsync(error).ConfigureAwait(false);
            throw;
        }

        _hasSpoken |= count > 0;
        if (count == 0 && buffer.Length > 0)
        {
            await AskAsync(null).ConfigureAwait(false);
        }

        return count;
    }

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            await AskAsync(error).ConfigureAwait(false);
            throw;
        }
    }

    private Task AskAsync(Exception? error)
    {
        lock (_lock)
        {
            return _asked ??= whenClosed(error);
        }
    }
}
