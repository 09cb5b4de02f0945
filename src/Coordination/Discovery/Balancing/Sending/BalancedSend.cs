using Coordination.Diagnostics;
using Coordination.Etcd.Transport.Connections;

namespace Coordination.Discovery.Balancing;

/// <summary>One request on its way over one instance or several.</summary>
internal sealed class BalancedSend(
    ServiceBalancer balancer,
    BalancedService service,
    HttpRequestMessage request,
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    private readonly Uri _address = request.RequestUri!;
    private readonly HttpMethod _method = request.Method;
    private readonly HttpContent? _content = request.Content;
    private readonly string? _host = request.Headers.Host;
    private readonly bool _isSecure = request.RequestUri!.Scheme == Uri.UriSchemeHttps;
    private List<FailedAttempt>? _failed;
    private bool _wasSent;

    private int Number => (_failed?.Count ?? 0) + 1;

    public async Task<HttpResponseMessage> RunAsync(CancellationToken cancellationToken)
    {
        var pick = await service.ChooseAsync(_isSecure, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var sent = Address(pick);
            var body = Mark();
            Exception error;
            bool wasRedirected;
            try
            {
                return Answered(pick, await send(request, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                error = e;
                wasRedirected = request.RequestUri != sent;
            }
            finally
            {
                Restore();
            }

            // Without a body nothing tells whether the request left.
            pick = Another(pick, error, wasRedirected, body?.WasSent() ?? true, cancellationToken);
        }
    }

    /// <summary>The body, so that it is known whether any of it left in this attempt.</summary>
    private MarkedContent? Mark()
    {
        var body = _content is null ? null : new MarkedContent(mayBeginAgain: !Repetition.IsGrpcStream(_content)).Around(_content);
        request.Content = body;
        return body;
    }

    /// <summary>The request is the caller's: whatever was done to it on the way (also by redirects) is undone.</summary>
    private void Restore()
    {
        request.RequestUri = _address;
        request.Method = _method;
        request.Content = _content;
        request.Headers.Host = _host;
    }

    private Uri Address(Pick pick)
    {
        var sent = new Uri(pick.Address + _address.PathAndQuery);
        request.RequestUri = sent;
        request.Options.Set(BalancingHandler.InstanceKey, pick.Instance);
        request.Options.Set(BalancingHandler.AttemptsKey, Number);
        if (_host is null && balancer.Options.Host is BalancedHost.Service)
        {
            request.Headers.Host = _address.Host;
        }

        return sent;
    }

    private HttpResponseMessage Answered(Pick pick, HttpResponseMessage response)
    {
        var isFailure = balancer.Options.IsFailure?.Invoke(response) ?? (int)response.StatusCode is 502 or 503 or 504;
        var outcome = isFailure ? AttemptOutcome.AnsweredUnable : AttemptOutcome.Answered;
        Tell(service.Began(pick, outcome));
        Tell(new BalancedAttempt(pick.Instance, Number, outcome, service.Since(pick), null, Retried: false));
        response.Content = new ObservedContent(response.Content, new ResponseEnd(broken => Tell(service.Ended(pick, outcome, broken))));
        return response;
    }

    /// <summary>The next one to send to after a failure; throws when there is to be none.</summary>
    private Pick Another(Pick pick, Exception error, bool wasRedirected, bool wasSent, CancellationToken cancellationToken)
    {
        _wasSent |= wasSent;
        var outcome = SendFailure.Classify(error, request, wasSent, cancellationToken);
        if (wasRedirected && outcome is (AttemptOutcome.NotConnected or AttemptOutcome.Refused))
        {
            // The instance answered; it is where it sent us that failed.
            outcome = AttemptOutcome.Broken;
        }

        Tell(service.Failed(pick, outcome));
        var isSpent = false;
        Pick? next = null;
        if (Number < balancer.Options.MaxAttempts && Repetition.IsAllowed(request, outcome, _wasSent, balancer.Options.IsIdempotent))
        {
            (next, isSpent) = service.ChooseAnother(_isSecure, [.. (_failed ?? []).Select(failed => failed.Instance.Id), pick.Instance.Id]);
        }

        Tell(new BalancedAttempt(pick.Instance, Number, outcome, service.Since(pick), error, next is not null));
        (_failed ??= []).Add(new FailedAttempt(pick.Instance, outcome, error));
        return next ?? throw FailedAttempt.Summary(service.Name, _failed, isSpent);
    }

    private void Tell(Ejected? ejected)
    {
        if (ejected is { } it)
        {
            balancer.Log.InstanceEjected(it.Instance, it.For, it.Failures);
        }
    }

    private void Tell(BalancedAttempt attempt)
    {
        if (attempt.Error is { } error)
        {
            balancer.Log.AttemptFailed(attempt.Number, attempt.Instance, attempt.Outcome, attempt.Retried, error.Message);
        }

        try
        {
            balancer.Options.OnAttempt?.Invoke(attempt);
        }
        catch (Exception failure)
        {
            // A listener must not decide about requests.
            balancer.Log.AttemptListenerFailed(failure, service.Name);
        }
    }
}
