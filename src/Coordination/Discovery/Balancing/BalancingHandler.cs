using Coordination.Discovery.Balancing;

namespace Coordination;

/// <summary>
/// Turns <c>http://greeter/…</c> (and https) into the address of a live instance, for each request anew, under any <see cref="HttpClient"/> and any gRPC channel that takes an
/// <see cref="HttpMessageHandler"/>. Which requests: see <see cref="ServiceBalancer"/>. Thread-safe; only for SendAsync, not for Send.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Instances that are starting, draining or of weight 0 get nothing, ejected ones only when there is no other. Without any instance the request waits
/// (<see cref="BalancingOptions.InstanceWait"/>), then fails with an <see cref="HttpRequestException"/> that names the service and says what is known; its cause is a
/// <see cref="CoordinationException"/>.</item>
/// <item>A request goes to another instance when there was no connection, or the server refused the stream unseen (HTTP/2 REFUSED_STREAM; HTTP itself repeats what a
/// GOAWAY cut off unseen). When part of it may have been sent, only an idempotent request does, and only if its body can be sent again: none, bytes, text, form, JSON,
/// a
/// single message of Grpc.Net.Client. All within the budget (<see cref="BalancingOptions.RetryShare"/>) and <see cref="BalancingOptions.MaxAttempts"/>. Once a response has
/// begun, nothing is repeated.</item>
/// <item>TLS: an instance that says https or grpcs is sent to with TLS whatever the address says; an https request never goes to an instance that says http. One that says
/// neither gets what the address says.</item>
/// <item>The request's own address is untouched afterwards; <see cref="InstanceKey"/> names the instance that answered.</item>
/// </list>
/// </remarks>
public sealed class BalancingHandler : DelegatingHandler
{
    /// <summary>In <see cref="HttpRequestMessage.Options"/>: the instance that the request was last sent to; after a response, the one that answered.</summary>
    public static readonly HttpRequestOptionsKey<ServiceInstance> InstanceKey = new("Coordination.Instance");

    /// <summary>In <see cref="HttpRequestMessage.Options"/>: how often the request was sent.</summary>
    public static readonly HttpRequestOptionsKey<int> AttemptsKey = new("Coordination.Attempts");

    private readonly ServiceBalancer _balancer;

    /// <summary>Creates a handler; what it sends with is its InnerHandler.</summary>
    public BalancingHandler(ServiceBalancer balancer)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        _balancer = balancer;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await (Resolve(request) is { } service
            ? new BalancedSend(_balancer, service, request, base.SendAsync).RunAsync(cancellationToken)
            : base.SendAsync(request, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Not supported: choosing may wait.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A balancing handler may wait for an instance: use SendAsync.");

    /// <summary>What stands in the way of a service is a failure of the request: callers know HTTP only.</summary>
    private BalancedService? Resolve(HttpRequestMessage request)
    {
        try
        {
            return _balancer.ServiceFor(request.RequestUri);
        }
        catch (Exception error) when (error is CoordinationException or ArgumentException or ObjectDisposedException)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, error.Message, error);
        }
    }
}
