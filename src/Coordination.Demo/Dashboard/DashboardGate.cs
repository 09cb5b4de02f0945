using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Coordination.Demo.Dashboard;

/// <summary>
/// Who may look. Without a token only this machine may, by a name of this machine: so no page on the internet can read it by pointing a name of its own here.
/// With one, whoever knows it may: a browser shows it once, in the address, and has a cookie from then on.
/// </summary>
internal sealed class DashboardGate(string? token)
{
    /// <summary>The browser's proof that it has shown the token.</summary>
    public const string Cookie = "coordination-dashboard";

    /// <summary>A hash, so that the token itself is in no browser's store.</summary>
    public string CookieValue { get; } = token is null ? "" : Hash(token);

    /// <summary>Judges a request.</summary>
    /// <param name="host">The host that it was sent to, without the port.</param>
    /// <param name="shown">The token in its address, if any.</param>
    /// <param name="cookie">Its cookie, if any.</param>
    /// <param name="authorization">Its authorization header, if any.</param>
    public GateAnswer Judge(string host, string? shown, string? cookie, string? authorization)
    {
        if (token is null)
        {
            return host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)) ? GateAnswer.Enter : GateAnswer.WrongHost;
        }

        const string bearer = "Bearer ";
        return shown is { Length: > 0 } ? Equal(Hash(shown), CookieValue) ? GateAnswer.EnterAndRemember : GateAnswer.Refuse
            : cookie is { Length: > 0 } && Equal(cookie, CookieValue) ? GateAnswer.Enter
            : authorization?.StartsWith(bearer, StringComparison.Ordinal) is true && Equal(Hash(authorization[bearer.Length..]), CookieValue) ? GateAnswer.Enter
            : GateAnswer.Refuse;
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // How long it takes does not tell how much was right.
    private static bool Equal(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}

/// <summary>What becomes of a request.</summary>
internal enum GateAnswer
{
    /// <summary>It is answered.</summary>
    Enter,

    /// <summary>It has shown the token: the browser gets its cookie, and goes on without the token in its address.</summary>
    EnterAndRemember,

    /// <summary>It has no token, or a wrong one.</summary>
    Refuse,

    /// <summary>It was sent to a name that is not this machine's.</summary>
    WrongHost,
}
