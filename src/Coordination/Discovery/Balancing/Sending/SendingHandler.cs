namespace Coordination.Discovery.Balancing;

/// <summary>
/// What a balancing handler sends with, hidden: Grpc.Net.Client looks below the handlers for .NET's own, and where it finds that it resolves the name of the
/// service and connects by itself, before anybody can balance.
/// </summary>
internal sealed class SendingHandler(HttpMessageHandler inner) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _http = new(inner, disposeHandler: true);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _http.Dispose();
        base.Dispose(disposing);
    }
}
