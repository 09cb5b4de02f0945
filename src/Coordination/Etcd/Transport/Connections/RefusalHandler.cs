namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// Says why a connection was refused where HTTP does not: when a new connection is over before the request that waits for it was put on it, HTTP throws without
/// the cause.
/// </summary>
internal sealed class RefusalHandler(Connector connector, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.InnerException is null && connector.Refusal is { } refusal)
        {
            throw new HttpRequestException(error.HttpRequestError, error.Message, refusal);
        }
    }
}
