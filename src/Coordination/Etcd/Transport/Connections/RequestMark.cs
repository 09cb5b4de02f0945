using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// What becomes of one call below the gRPC library, which does not tell: whether its request was sent, what HTTP threw, and whether a status is the
/// server's own.
/// </summary>
internal sealed class RequestMark(bool isStream) : MarkedContent(mayBeginAgain: !isStream)
{
    private const string StatusHeader = "grpc-status";

    [ThreadStatic]
    private static RequestMark? _next;

    /// <summary>What HTTP threw, if it did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The status that the server itself sent, when the response has ended.</summary>
    public StatusCode? ServerStatus => Response is { } response ? StatusIn(response.Headers) ?? StatusIn(response.TrailingHeaders) : null;

    private HttpResponseMessage? Response { get; set; }

    /// <summary>The library begins a call next, on this thread, and its request gets this mark. To be disposed when it has begun.</summary>
    public Turn Begin()
    {
        _next = this;
        return new Turn(this);
    }

    /// <summary>Sends the request of the call that begins on this thread.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Were one sent without a mark, a failure would claim that it was not.
        var mark = _next ?? throw new InvalidOperationException("A request has no mark: it would not be known whether it was sent.");
        _next = null;
        request.Content = mark.Around(request.Content!);
        try
        {
            return mark.Response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            mark.Failure = error;
            throw;
        }
    }

    private static StatusCode? StatusIn(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues(StatusHeader, out var values)
        && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? (StatusCode)status : null;

    /// <summary>The time in which the library begins a call.</summary>
    public readonly ref struct Turn(RequestMark mark)
    {
        private readonly RequestMark _mark = mark;

        public void Dispose() => _next = _next == _mark ? null : _next;
    }
}
