using System.Globalization;
using System.Security.Cryptography;

namespace Coordination.Embedded.Auth;

/// <summary>
/// etcd's simple tokens: random letters, a dot, a number. One lives as long as it is used at least once per time to live. Not thread-safe.
/// </summary>
internal sealed class TokenTable(TimeProvider time, TimeSpan timeToLive)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int LetterCount = 16;

    private readonly Dictionary<string, Login> _logins = [];
    private readonly long _epoch = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_epoch);

    public string Assign(string user, ulong number)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetString(Letters, LetterCount)}.{number}");
        _logins[token] = new Login(user, Now + timeToLive);
        return token;
    }

    /// <summary>Whose token it is; null when it is nobody's (any more).</summary>
    public string? Use(string token)
    {
        if (!_logins.TryGetValue(token, out var login) || login.Until <= Now)
        {
            return null;
        }

        _logins[token] = login with { Until = Now + timeToLive };
        return login.User;
    }

    public void Forget(string user) => Remove(login => login.User == user);

    public void ForgetAll() => _logins.Clear();

    /// <summary>Drops what is out of date. To be called now and then.</summary>
    public void Sweep()
    {
        var now = Now;
        Remove(login => login.Until <= now);
    }

    private void Remove(Func<Login, bool> which)
    {
        foreach (var (token, login) in _logins)
        {
            if (which(login))
            {
                _logins.Remove(token);
            }
        }
    }

    private readonly record struct Login(string User, TimeSpan Until);
}
