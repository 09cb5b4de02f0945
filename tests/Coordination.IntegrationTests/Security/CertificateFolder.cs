using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Coordination.IntegrationTests.Security;

/// <summary>Certificates that a test makes, as PEM files, as long as the test lives.</summary>
internal sealed class CertificateFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coordination-pki-").FullName;
    private readonly TestCertificates _certificates = new();

    public CertificateFolder() => AuthorityFile = Write("ca.pem", _certificates.Authority.ExportCertificatePem());

    public string AuthorityFile { get; }

    /// <summary>Certificate and key of a server on the loopback address, or by another name.</summary>
    public EtcdServerCertificates Server(bool asksClients = false, string name = "localhost", bool isExpired = false)
    {
        var (certificate, key) = Write(name, _certificates.Server(name, name == "localhost" ? IPAddress.Loopback : null, isExpired));
        return new EtcdServerCertificates(certificate, key, asksClients ? AuthorityFile : null);
    }

    /// <summary>Certificate and key of a client.</summary>
    public (string CertificateFile, string KeyFile) Client(string name, bool isExpired = false) => Write(name, _certificates.Client(name, isExpired));

    public string Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (string CertificateFile, string KeyFile) Write(string name, X509Certificate2 certificate) => (
        Write(name + ".pem", certificate.ExportCertificatePem()),
        Write(name + "-key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
}
