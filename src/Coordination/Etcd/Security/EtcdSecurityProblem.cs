namespace Coordination.Etcd;

/// <summary>
/// What exactly is wrong when an <see cref="EtcdException"/> is of kind <see cref="CoordinationErrorKind.SecurityFailure"/>,
/// <see cref="CoordinationErrorKind.Unauthenticated"/> or <see cref="CoordinationErrorKind.PermissionDenied"/>. Nothing was applied in any of these cases.
/// </summary>
public enum EtcdSecurityProblem
{
    /// <summary>No such problem.</summary>
    None,

    /// <summary>The server's certificate was not issued by an authority that is trusted here: wrong <see cref="EtcdTlsOptions.AuthorityFile"/>, or not etcd.</summary>
    UntrustedAuthority,

    /// <summary>The server's certificate is for other names: wrong endpoint, or <see cref="EtcdTlsOptions.ServerName"/> is needed.</summary>
    WrongHostName,

    /// <summary>The server's certificate has expired, or is not valid yet.</summary>
    CertificateNotValidNow,

    /// <summary>The server refused the client's certificate, or wants one: <see cref="EtcdTlsOptions.CertificateFile"/>.</summary>
    ClientCertificateRefused,

    /// <summary>The endpoint says <c>https</c>, and the server speaks plaintext.</summary>
    ServerSpeaksPlaintext,

    /// <summary>The endpoint says <c>http</c>, and the server speaks TLS.</summary>
    ServerSpeaksTls,

    /// <summary>The TLS handshake failed for another reason.</summary>
    HandshakeFailed,

    /// <summary>etcd wants a user, and none is set: <see cref="EtcdClientOptions.Credentials"/>.</summary>
    UserRequired,

    /// <summary>etcd does not know the user, or the password is wrong.</summary>
    WrongPassword,

    /// <summary>The token has expired, and logging in again did not help.</summary>
    TokenExpired,

    /// <summary>The user may not do this with this key.</summary>
    PermissionDenied,
}
