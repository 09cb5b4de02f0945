using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coordination.Testing;

/// <summary>A certificate authority that lives as long as its test.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<X509Certificate2> _issued = [];
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=Test CA", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Authority = request.CreateSelfSigned(_now.AddDays(-1), _now.AddDays(1));
    }

    public X509Certificate2 Authority { get; }

    /// <param name="dnsName">Its name.</param>
    /// <param name="address">Its address.</param>
    /// <param name="isExpired">Whether it was valid until an hour ago.</param>
    public X509Certificate2 Server(string dnsName, IPAddress? address = null, bool isExpired = false)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        if (address is not null)
        {
            names.AddIpAddress(address);
        }

        return Issue($"CN={dnsName}", names.Build(), isExpired);
    }

    public X509Certificate2 Client(string name, bool isExpired = false) => Issue($"CN={name}", null, isExpired);

    /// <summary>TLS settings of a client that trusts this authority and no other.</summary>
    public SslClientAuthenticationOptions Trusted()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    public void Dispose()
    {
        _issued.ForEach(c => c.Dispose());
        Authority.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Issue(string subject, X509Extension? extension, bool isExpired)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }

        var until = _now.AddHours(isExpired ? -1 : 1);
        using var certificate = request.Create(Authority, until.AddHours(-2), until, RandomNumberGenerator.GetBytes(8));
        var withKey = certificate.CopyWithPrivateKey(key);
        _issued.Add(withKey);
        return withKey;
    }
}
