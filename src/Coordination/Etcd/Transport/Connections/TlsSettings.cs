using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>How one TLS connection is made.</summary>
internal sealed record TlsSettings
{
    /// <summary>The certificate authorities to trust. Default: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate to show when the server asks for one. Default: none.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    /// <summary>The name that the server's certificate must be for. Default: the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Accepts every certificate. Default false.</summary>
    public bool SkipVerification { get; init; }
}
