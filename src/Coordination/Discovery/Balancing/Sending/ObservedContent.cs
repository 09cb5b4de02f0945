using System.Net;

namespace Coordination.Discovery.Balancing;

/// <summary>A response body that tells when it is over: read to the end, broken, or disposed.</summary>
internal sealed class ObservedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly ResponseEnd _end;

    public ObservedContent(HttpContent inner, ResponseEnd end)
    {
        _inner = inner;
        _end = end;
        foreach (var header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new ObservedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _end);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new ObservedStream(_inner.ReadAsStream(cancellationToken), _end);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await _inner.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
            _end.Reached();
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            _end.Broke();
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        // What the server said was copied with the headers; to compute it would mean to read the body.
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _end.Reached();
        }

        base.Dispose(disposing);
    }
}
