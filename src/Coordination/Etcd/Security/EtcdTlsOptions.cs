using Coordination.Etcd.Security;

namespace Coordination.Etcd;

/// <summary>
/// TLS for <c>https</c> endpoints. The default trusts the system's certificate authorities and checks the host name. The client never speaks plaintext to an
/// <c>https</c> endpoint. The files are read again before each new connection, so certificates can be renewed in place; when a changed file cannot be
/// used (half written, say), the last good one stays in use and a warning is logged.
/// </summary>
public sealed record EtcdTlsOptions
{
    /// <summary>A PEM file with the certificate authorities to trust, instead of the system's. Default: the system's. etcdctl: <c>--cacert</c>.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>A PEM file with the client's certificate, its intermediates behind it. Default: none is shown. etcdctl: <c>--cert</c>.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the unencrypted private key of <see cref="CertificateFile"/>. Default: the key is in that file, too. etcdctl: <c>--key</c>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The name that the server's certificate must be for. Default: the host of the endpoint. For endpoints that are reached by another name.</summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Accepts any certificate that the server shows. Default false. It lets anybody on the way read and change everything, passwords included; a warning
    /// is logged. etcdctl: <c>--insecure-skip-tls-verify</c>.
    /// </summary>
    public bool SkipServerVerification { get; set; }

    internal void Validate(OptionProblems problems)
    {
        if (KeyFile is not null && CertificateFile is null)
        {
            problems.Add("Tls.KeyFile", KeyFile, "a key needs its certificate: set Tls.CertificateFile, too");
        }

        if (AuthorityFile is not null && SkipServerVerification)
        {
            problems.Add("Tls.SkipServerVerification", true, "with Tls.AuthorityFile the server is verified; only one of the two is allowed");
        }

        if (ServerName is not null && Uri.CheckHostName(ServerName) == UriHostNameType.Unknown)
        {
            problems.Add("Tls.ServerName", ServerName, "allowed is a host name or an IP address");
        }

        foreach (var (option, file, problem) in CertificateFiles.Problems(this))
        {
            problems.Add($"Tls.{option}", file, problem);
        }
    }
}
