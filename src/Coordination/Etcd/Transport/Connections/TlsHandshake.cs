using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>One TLS handshake, and what it means when it fails.</summary>
internal sealed class TlsHandshake
{
    private readonly TlsSettings _settings;
    private readonly string _host;
    private EtcdSecurityProblem _refused;
    private string _why = "";

    private TlsHandshake(TlsSettings settings, string host)
    {
        _settings = settings;
        _host = settings.ServerName ?? host;
    }

    /// <exception cref="InsecureConnectionException">One side refused the other, with the reason.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<SslStream> RunAsync(SslStream tls, string host, TlsSettings settings, CancellationToken cancellationToken)
    {
        var handshake = new TlsHandshake(settings, host);
        try
        {
            await tls.AuthenticateAsClientAsync(handshake.Options(), cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception error) when (error is AuthenticationException || IsClientRefused(error))
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw handshake.Describe(error);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static InsecureConnectionException ServerSpeaksPlaintext(Exception error) => new(
        EtcdSecurityProblem.ServerSpeaksPlaintext, "the server does not speak TLS, and the address begins with https: it is never asked in plaintext", error);

    public static InsecureConnectionException ClientRefused(TlsSettings settings, Exception? error) => new(
        EtcdSecurityProblem.ClientCertificateRefused,
        settings.ClientCertificate is { TargetCertificate: var certificate }
            ? $"the server refuses the client certificate '{certificate.Subject}' issued by '{certificate.Issuer}', valid from {certificate.GetEffectiveDateString()} to {certificate.GetExpirationDateString()}"
            : "the server wants a client certificate, and none is set",
        error);

    /// <summary>Whether the server says, at once or after the handshake, that it does not take our certificate.</summary>
    public static bool IsClientRefused(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            // All that the TLS library tells of the peer's alert is its text.
            if (cause.Message.Contains("alert", StringComparison.OrdinalIgnoreCase)
                && (cause.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) || cause.Message.Contains("unknown ca", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    private SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = _host,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateContext = _settings.ClientCertificate,
        CertificateChainPolicy = _settings.Authorities is { } authorities ? Trusting(authorities) : null,
        RemoteCertificateValidationCallback = Accepts,
    };

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || _settings.SkipVerification)
        {
            return true;
        }

        var chained = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError;
        (_refused, _why) = errors switch
        {
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && (chained & ~X509ChainStatusFlags.NotTimeValid) != 0 => (
                EtcdSecurityProblem.UntrustedAuthority,
                $"its certificate was issued by '{certificate?.Issuer}', which is no authority that is trusted here ({chained})"),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) => (
                EtcdSecurityProblem.CertificateNotValidNow,
                $"its certificate is valid from {certificate?.GetEffectiveDateString()} to {certificate?.GetExpirationDateString()}, and not now"),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => (
                EtcdSecurityProblem.WrongHostName,
                $"its certificate is not for '{_host}' but for {Names(certificate)}"),
            _ => (EtcdSecurityProblem.HandshakeFailed, $"it shows no certificate that can be checked ({errors})"),
        };
        return false;
    }

    private InsecureConnectionException Describe(Exception error)
    {
        if (_refused != EtcdSecurityProblem.None)
        {
            return new(_refused, $"the server is refused: {_why}", error);
        }

        if (IsClientRefused(error))
        {
            return ClientRefused(_settings, error);
        }

        // What is no TLS record cannot be read as one; that is how every server that does not speak TLS looks.
        return error.Message.Contains("frame", StringComparison.OrdinalIgnoreCase) ? ServerSpeaksPlaintext(error)
            : new(EtcdSecurityProblem.HandshakeFailed, $"the TLS handshake failed: {Innermost(error)}", error);
    }

    private static string Names(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 full)
        {
            return $"'{certificate?.Subject}'";
        }

        var names = full.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(8)
            .ToList();
        return names.Count > 0 ? string.Join(", ", names.Select(name => $"'{name}'")) : $"'{full.Subject}'";
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message;
    }
}
