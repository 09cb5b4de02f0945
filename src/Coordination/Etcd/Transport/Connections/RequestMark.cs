using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// What becomes of one call below the gRPC library, which does not tell: whether its request was sent, what HTTP threw, and whether a status is the server's own.
/// </summary>
internal sealed class RequestMark(bool isStream) : MarkedContent(mayBeginAgain: !isStream)
{
    private const string StatusHeader = "grpc-status";

    // The library begins the request on this thread or on another one, as it pleases.
    private static readonly AsyncLocal<RequestMark?> Next = new();

    /// <summary>What HTTP threw, if it did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The status that the server itself sent, when the response has ended.</summary>
    public StatusCode? ServerStatus => Response is { } response ? StatusIn(response.Headers) ?? StatusIn(response.TrailingHeaders) : null;

    private HttpResponseMessage? Response { get; set; }

    /// <summary>The request that the library makes next in this flow gets this mark.</summary>
    public void Begin() => Next.Value = this;

    /// <summary>The call has begun; what follows in this flow is something else.</summary>
    public static void Began() => Next.Value = null;

    /// <summary>Sends the request of the call that has begun in this flow.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Were one sent without a mark of its own, a failure would claim that it was not.
        var mark = Next.Value is { IsEmpty: true } begun
            ? begun
            : throw new InvalidOperationException("A request has no mark: it would not be known whether it was sent.");
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
}
