using System.Collections.Immutable;
using Coordination.Etcd.Transport.Connections;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Calls to one endpoint: admitted first, with a token where etcd wants one, logged in again when the token is refused, and given up early when there is another
/// endpoint and no hope. Thread-safe.
/// </summary>
internal sealed class EtcdTransport(EtcdClientOptions options, EndpointPool pool, ILogger log) : IDisposable
{
    private readonly ImmutableArray<StalledRequests> _stalled = Watch(options, pool);

    private readonly Login _login = new(options.Credentials, options.TimeProvider, log);

    public EndpointPool Pool => pool;

    /// <summary>Whether calls carry a token, which can expire.</summary>
    public bool UsesTokens => _login.IsNeeded;

    /// <summary>What a call to this endpoint is to send along; waits until it may be used.</summary>
    /// <exception cref="EtcdException">It may not, or the login failed. Nothing else was sent.</exception>
    public async ValueTask<LoginToken> PrepareAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        // Before the login: the password is not for another cluster.
        await pool.AdmitAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return await _login.TokenAsync(endpoint, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes note that a stream with this token ended so.</summary>
    public void Ended(LoginToken token, Exception? cause)
    {
        if (cause is EtcdException error)
        {
            _login.Expire(token, error);
        }
    }

    private static ImmutableArray<StalledRequests> Watch(EtcdClientOptions options, EndpointPool pool)
    {
        var seen = new LeaderSeen(options.RequestTimeout, options.TimeProvider);
        return [.. pool.Count > 1 ? pool.Endpoints.Select(endpoint => new StalledRequests(endpoint, options.RequestTimeout, options.TimeProvider, seen)) : []];
    }

    /// <summary>One request to one endpoint.</summary>
    /// <exception cref="EtcdException">It failed.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        Endpoint endpoint, EtcdRpc<TRequest, TResponse> rpc, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
    {
        for (var repeats = 0; ; repeats++)
        {
            var token = await PrepareAsync(endpoint, cancellationToken).ConfigureAwait(false);
            try
            {
                var reply = endpoint.UnaryAsync(rpc, request, token.Headers, cancellationToken);
                return await (_stalled.IsEmpty ? reply : _stalled[pool.Endpoints.IndexOf(endpoint)].AwaitAsync(reply)).ConfigureAwait(false);
            }
            catch (EtcdException error) when (_login.Expire(token, error) && repeats < Login.MostRepeats)
            {
                // A refused token was refused before anything was done: so this is safe for writes, too.
            }
        }
    }

    public void Dispose()
    {
        foreach (var stalled in _stalled)
        {
            stalled.Dispose();
        }
    }
}
