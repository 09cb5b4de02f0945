using Coordination.Diagnostics;
using Coordination.Etcd.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Security;

/// <summary>
/// The TLS settings for the next connection, from files that may change. They are read again for each connection and compared as bytes: times of files tell
/// nothing where a link is moved to a new folder. Thread-safe.
/// </summary>
internal sealed class TlsFiles(EtcdTlsOptions options, ILogger log)
{
    private readonly Lock _lock = new();
    private Loaded? _loaded;
    private bool _warned;

    /// <summary>The settings as the files are now; when they cannot be used, as they were.</summary>
    /// <exception cref="IOException">They cannot be used, and never could.</exception>
    public TlsSettings Current()
    {
        lock (_lock)
        {
            try
            {
                var files = Files.Read(options);
                if (_loaded is null || !_loaded.Files.Equals(files))
                {
                    var isChange = _loaded is not null;
                    _loaded = new Loaded(files, options);
                    if (isChange)
                    {
                        log.CertificatesReloaded(_loaded.Settings.ClientCertificate?.TargetCertificate.Subject ?? "no client certificate");
                    }
                }

                _warned = false;
            }
            catch (Exception error) when (CertificateFiles.IsFileProblem(error))
            {
                if (_loaded is null)
                {
                    throw new IOException($"The certificates cannot be used: {error.Message}", error);
                }

                if (!_warned)
                {
                    _warned = true;
                    log.CertificatesUnusable(error.Message);
                }
            }

            return _loaded.Settings;
        }
    }

    /// <summary>The bytes of the files; compared by content.</summary>
    private sealed record Files(Bytes Authority, Bytes Certificate, Bytes Key)
    {
        public static Files Read(EtcdTlsOptions options) => new(
            Of(options.AuthorityFile),
            Of(options.CertificateFile),
            Of(options.CertificateFile is null ? null : options.KeyFile ?? options.CertificateFile));

        private static Bytes Of(string? file) => file is null ? Bytes.Empty : CertificateFiles.Read(file);
    }

    private sealed class Loaded
    {
        public Loaded(Files files, EtcdTlsOptions options)
        {
            Files = files;
            Settings = new TlsSettings
            {
                Authorities = files.Authority.IsEmpty ? null : CertificateFiles.Authorities(files.Authority.Span.ToArray()),
                ClientCertificate = files.Certificate.IsEmpty ? null : CertificateFiles.Identity(files.Certificate.Span.ToArray(), files.Key.Span.ToArray()),
                ServerName = options.ServerName,
                SkipVerification = options.SkipServerVerification,
            };
        }

        public Files Files { get; }

        public TlsSettings Settings { get; }
    }
}
