using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coordination.Etcd.Security;

/// <summary>Certificates and keys in PEM files.</summary>
internal static class CertificateFiles
{
    /// <summary>The largest file that is read.</summary>
    private const int LargestFile = 1024 * 1024;

    /// <summary>What is wrong with the files, by option.</summary>
    public static IEnumerable<(string Option, string File, string Problem)> Problems(EtcdTlsOptions options)
    {
        if (options.AuthorityFile is { } authority && ProblemOf(() => Authorities(Read(authority))) is { } wrong)
        {
            yield return (nameof(options.AuthorityFile), authority, wrong);
        }

        if (options.CertificateFile is { } certificate)
        {
            if (ProblemOf(() => Read(certificate)) is { } missing)
            {
                yield return (nameof(options.CertificateFile), certificate, missing);
            }
            else if (options.KeyFile is { } key && ProblemOf(() => Read(key)) is { } keyMissing)
            {
                yield return (nameof(options.KeyFile), key, keyMissing);
            }
            else if (ProblemOf(() => Identity(Read(certificate), Read(options.KeyFile ?? certificate))) is { } unusable)
            {
                yield return (nameof(options.CertificateFile), certificate, unusable);
            }
        }
    }

    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > LargestFile)
        {
            throw new InvalidDataException($"it has {file.Length} bytes; allowed are {LargestFile}");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The certificates in a file.</summary>
    public static X509Certificate2Collection Authorities(byte[] pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(Text(pem));
        return all.Count > 0 ? all : throw new InvalidDataException("it has no certificate (-----BEGIN CERTIFICATE-----)");
    }

    /// <summary>A certificate with its private key, and the intermediates behind it.</summary>
    public static SslStreamCertificateContext Identity(byte[] certificatePem, byte[] keyPem)
    {
        var all = Authorities(certificatePem);
        using var certificate = X509Certificate2.CreateFromPem(Text(certificatePem), Text(keyPem));
        all.RemoveAt(0);

        // Through PKCS #12: some platforms cannot use a key that exists in memory only.
        var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(usable, all, offline: true);
    }

    public static bool IsFileProblem(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException or ArgumentException;

    private static char[] Text(byte[] pem) => System.Text.Encoding.UTF8.GetChars(pem);

    private static string? ProblemOf(Action use)
    {
        try
        {
            use();
            return null;
        }
        catch (FileNotFoundException)
        {
            return "there is no such file";
        }
        catch (Exception error) when (IsFileProblem(error))
        {
            // What these say names files and formats, never the content of a key.
            return error.Message;
        }
    }
}
