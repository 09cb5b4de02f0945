namespace Coordination.Etcd.Security;

/// <summary>Which problem of security an error is, and what to do about it.</summary>
internal static class SecurityAdvice
{
    /// <summary>By what etcd says; its status codes differ from version to version.</summary>
    public static EtcdSecurityProblem ProblemOf(string detail) =>
        Says(detail, "invalid auth token") || Says(detail, "revision of auth store is old") ? EtcdSecurityProblem.TokenExpired
        : Says(detail, "user name is empty") ? EtcdSecurityProblem.UserRequired
        : Says(detail, "invalid user ID or password") || Says(detail, "user name not found") ? EtcdSecurityProblem.WrongPassword
        : Says(detail, "permission denied") ? EtcdSecurityProblem.PermissionDenied
        : EtcdSecurityProblem.None;

    public static CoordinationErrorKind KindOf(EtcdSecurityProblem problem) => problem switch
    {
        EtcdSecurityProblem.PermissionDenied => CoordinationErrorKind.PermissionDenied,
        EtcdSecurityProblem.UserRequired or EtcdSecurityProblem.WrongPassword or EtcdSecurityProblem.TokenExpired => CoordinationErrorKind.Unauthenticated,
        _ => CoordinationErrorKind.SecurityFailure,
    };

    /// <summary>What to do, to follow the message; empty when there is nothing to say.</summary>
    public static string For(EtcdSecurityProblem problem) => problem switch
    {
        EtcdSecurityProblem.UntrustedAuthority => ". Set Tls.AuthorityFile to the authority that issued the certificate of etcd",
        EtcdSecurityProblem.WrongHostName => ". Use an endpoint by one of these names, or set Tls.ServerName",
        EtcdSecurityProblem.CertificateNotValidNow => ". Renew the certificate of etcd, or set the clock right",
        EtcdSecurityProblem.ClientCertificateRefused => ". Set Tls.CertificateFile and Tls.KeyFile to a certificate that is valid now, of an authority that etcd trusts (--trusted-ca-file)",
        EtcdSecurityProblem.ServerSpeaksPlaintext => ". Write the endpoint as http://…, or turn TLS on in etcd (--cert-file, --key-file)",
        EtcdSecurityProblem.ServerSpeaksTls => ". Write the endpoint as https://…",
        EtcdSecurityProblem.UserRequired => ". etcd's authentication is on: set Credentials (user and password)",
        EtcdSecurityProblem.WrongPassword => ". Check Credentials: the user must exist in etcd (etcdctl user list), with this password",
        EtcdSecurityProblem.TokenExpired => ". The login is repeated with the next request",
        EtcdSecurityProblem.PermissionDenied => ". Grant it to a role of the user (etcdctl role grant-permission)",
        _ => "",
    };

    private static bool Says(string detail, string text) => detail.Contains(text, StringComparison.Ordinal);
}
