using System.Net;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// The body of a request, wrapped so that it is known whether any of it may have left: HTTP asks for a body when it has a connection to send it over, and not
/// before.
/// </summary>
/// <param name="mayBeginAgain">Whether HTTP may ask for it once more, after a server refused it unseen. The body of a gRPC stream is used up by then.</param>
internal class MarkedContent(bool mayBeginAgain) : HttpContent
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Closed = 2;

    private HttpContent? _inner;
    private int _state;

    /// <summary>Puts it around a body.</summary>
    public MarkedContent Around(HttpContent inner)
    {
        _inner = inner;
        foreach (var header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return this;
    }

    /// <summary>Whether any of it may have left. When none has, none will: from now on HTTP does not get it any more. So the answer is a proof.</summary>
    public bool WasSent() => Interlocked.CompareExchange(ref _state, Closed, Waiting) == Begun;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Interlocked.CompareExchange(ref _state, Begun, Waiting) switch
        {
            Closed => throw new IOException("The request was given up before it was sent."),
            Begun when !mayBeginAgain => throw new IOException("The server refused the stream."),
            _ => _inner!.CopyToAsync(stream, context, cancellationToken),
        };

    protected override Task<Stream> CreateContentReadStreamAsync() => _inner!.ReadAsStreamAsync();

    protected override bool TryComputeLength(out long length)
    {
        var known = _inner!.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }
}
