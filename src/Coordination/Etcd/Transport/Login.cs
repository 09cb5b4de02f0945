using Coordination.Diagnostics;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Logs in when somebody needs a token, once for all who need it at the same time. A login that was refused is the answer for a while
/// (<see cref="EtcdCredentials.LoginPause"/>); one that failed otherwise is tried again by the next who needs it. Thread-safe.
/// </summary>
internal sealed class Login(EtcdCredentials? credentials, TimeProvider time, ILogger log)
{
    /// <summary>How often one call logs in again because its token is refused. More often it is not the token's age.</summary>
    public const int MostRepeats = 2;

    private static readonly Task<LoginToken> Nobody = Task.FromResult(LoginToken.None);

    private readonly Lock _lock = new();
    private Attempt? _last;
    private LoginToken? _current;

    /// <summary>Whether anybody logs in at all.</summary>
    public bool IsNeeded => credentials is not null;

    /// <summary>The token to use with an endpoint now.</summary>
    /// <exception cref="EtcdException">The login failed; nothing else was sent.</exception>
    public Task<LoginToken> TokenAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            return Nobody;
        }

        Attempt attempt;
        lock (_lock)
        {
            if (_last is null || !IsAnswerFor(_last, endpoint))
            {
                _last = new Attempt(endpoint, LogInAsync(endpoint, credentials), time.GetTimestamp());
                _last.Token.Observe();
            }

            attempt = _last;
        }

        return attempt.Token.IsCompleted ? attempt.Token : attempt.Token.WaitAsync(cancellationToken);
    }

    /// <summary>Whether a call that failed with this token can succeed with another one. Who asks next logs in again.</summary>
    public bool Expire(LoginToken token, EtcdException error)
    {
        if (credentials is null)
        {
            return false;
        }

        // When authentication is turned on later, who shows a certificate is taken for a user of its name, and has no permissions.
        var problem = error.SecurityProblem;
        if (problem is not (EtcdSecurityProblem.TokenExpired or EtcdSecurityProblem.UserRequired) && !(token.IsEmpty && problem == EtcdSecurityProblem.PermissionDenied))
        {
            return false;
        }

        lock (_lock)
        {
            // Somebody else may have noticed before, and logged in again already.
            if (_current == token)
            {
                _current = null;
            }
        }

        return true;
    }

    private bool IsAnswerFor(Attempt last, Endpoint endpoint) =>
        last.Token.IsCompletedSuccessfully ? _current is not null
        : last.Token.IsFaulted ? last.Token.Exception.InnerException is EtcdException { IsTransient: false } && time.GetElapsedTime(last.Begun) < credentials!.LoginPause
        : last.Endpoint == endpoint;

    private LoginToken Keep(LoginToken token)
    {
        lock (_lock)
        {
            return _current = token;
        }
    }

    private async Task<LoginToken> LogInAsync(Endpoint endpoint, EtcdCredentials who)
    {
        // Not under the lock of the caller.
        await Task.Yield();
        try
        {
            var request = new AuthenticateRequest { Name = who.User, Password = who.ReadPassword() };
            var reply = await endpoint.UnaryAsync(static (etcd, login, call) => etcd.AuthClient.AuthenticateAsync(login, call), request).ConfigureAwait(false);
            log.LoggedIn(who.User, EtcdErrors.Name(endpoint.Address));
            return Keep(new LoginToken(reply.Token));
        }
        catch (EtcdException error) when (error.IsAnswer && error.Message.Contains("authentication is not enabled", StringComparison.Ordinal))
        {
            log.AuthenticationIsOff(EtcdErrors.Name(endpoint.Address), who.User);
            return Keep(new LoginToken(null));
        }
        catch (EtcdException error)
        {
            log.LoginFailed(who.User, EtcdErrors.Name(endpoint.Address), error.Message);
            throw EtcdErrors.NothingSent(error, $"The login of '{who.User}' failed: {error.Message}");
        }
    }

    private sealed record Attempt(Endpoint Endpoint, Task<LoginToken> Token, long Begun);
}
