namespace Coordination.Grpc;

/// <summary>Why a connection could not be made as safe as it was asked to be. Nothing was sent over it.</summary>
public enum GrpcSecurityProblem
{
    /// <summary>No such problem.</summary>
    None,

    /// <summary>The server's certificate was not issued by an authority that is trusted here.</summary>
    UntrustedAuthority,

    /// <summary>The server's certificate is for other names.</summary>
    WrongHostName,

    /// <summary>The server's certificate is not valid now: expired, or not yet.</summary>
    CertificateNotValidNow,

    /// <summary>The server refused the client's certificate, or wants one and got none.</summary>
    ClientCertificateRefused,

    /// <summary>An <c>https</c> address whose server does not speak TLS.</summary>
    ServerSpeaksPlaintext,

    /// <summary>An <c>http</c> address whose server speaks TLS.</summary>
    ServerSpeaksTls,

    /// <summary>The TLS handshake failed for another reason.</summary>
    HandshakeFailed,
}
