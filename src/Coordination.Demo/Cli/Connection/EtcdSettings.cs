using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Demo.Cli.Connection;

/// <summary>How the tool reaches etcd.</summary>
/// <param name="Client">Endpoints, TLS, credentials.</param>
internal sealed record EtcdSettings(EtcdClientOptions Client)
{
    /// <summary>The longest request of a system: its leases have to be renewed in time.</summary>
    private static readonly TimeSpan SystemRequestLimit = TimeSpan.FromSeconds(3);

    /// <summary>How long one request may take in all.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan DialTimeout => Client.ConnectTimeout;

    /// <summary>Whether an endpoint is shown with its scheme: when its user wrote it so, as with etcdctl.</summary>
    public bool ShowsScheme { get; init; }

    /// <summary>The members.</summary>
    public IReadOnlyList<Uri> Endpoints => Client.Endpoints;

    /// <summary>The members, for messages.</summary>
    public string Names => string.Join(", ", Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)));

    /// <summary>The same for one of the members.</summary>
    public EtcdSettings Only(Uri endpoint) => this with { Client = Client with { Endpoints = [endpoint] } };

    /// <summary>For a single request: all members get their chance within the command's time.</summary>
    public EtcdClientOptions ForRequests() => Client with { RequestTimeout = CommandTimeout / Endpoints.Count > MinTimeout ? CommandTimeout / Endpoints.Count : MinTimeout };

    /// <summary>For a coordination system.</summary>
    public EtcdClientOptions ForSystem() =>
        Client with { RequestTimeout = CommandTimeout < SystemRequestLimit ? CommandTimeout : SystemRequestLimit, TimeProvider = SuspendAwareTimeProvider.Instance };

    /// <summary>Hands these settings to a child process that is this tool, too: in its environment, where others do not see them.</summary>
    public void AddTo(ProcessStartInfo child)
    {
        void Set(string name, string? value) => child.Environment[EtcdEnvironment.Prefix + name] = value;

        Set("ENDPOINTS", string.Join(',', Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority))));
        Set("DIAL_TIMEOUT", new Duration(DialTimeout).ToString());
        Set("COMMAND_TIMEOUT", new Duration(CommandTimeout).ToString());
        Set("CA_FILE", Client.Tls.AuthorityFile);
        Set("CERT_FILE", Client.Tls.CertificateFile);
        Set("KEY_FILE", Client.Tls.KeyFile);
        Set("SERVER_NAME", Client.Tls.ServerName);
        Set("SKIP_VERIFICATION", Client.Tls.SkipServerVerification ? "true" : null);
        Set("USER", Client.Credentials?.User);
        Set("PASSWORD", Client.Credentials?.Password);
        Set("PASSWORD_FILE", Client.Credentials?.PasswordFile);
        Set("ALLOW_PLAINTEXT", Client.Credentials?.AllowPlaintext is true ? "true" : null);
    }

    private static TimeSpan MinTimeout { get; } = TimeSpan.FromMilliseconds(10);
}
