using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Coordination.Embedded.Server;

/// <summary>The side of TLS that checks clients.</summary>
internal static class ClientCertificates
{
    /// <summary>Accepts only clients that show a certificate issued by one of the authorities.</summary>
    public static void Require(HttpsConnectionAdapterOptions https, X509Certificate2Collection authorities)
    {
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => IsIssuedBy(certificate, authorities);
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
