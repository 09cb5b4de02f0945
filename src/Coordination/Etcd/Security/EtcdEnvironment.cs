namespace Coordination.Etcd;

/// <summary>
/// The connection to etcd, from environment variables. <c>COORDINATION_ETCD_…</c> comes first; where it is not set, the variable of etcdctl (API v3)
/// with the same meaning counts, if there is one. An empty variable is one that is not set.
/// </summary>
public static class EtcdEnvironment
{
    /// <summary>The prefix of all variables of this library.</summary>
    public const string Prefix = "COORDINATION_ETCD_";

    private const string EtcdctlPrefix = "ETCDCTL_";

    /// <summary>
    /// The options from the environment:
    /// <c>ENDPOINTS</c> (several with commas between; etcdctl's also without a scheme: then it is <c>https</c> where something of TLS is set), <c>CA_FILE</c> (etcdctl: <c>CACERT</c>), <c>CERT_FILE</c> (<c>CERT</c>), <c>KEY_FILE</c>
    /// (<c>KEY</c>), <c>SERVER_NAME</c>, <c>SKIP_VERIFICATION</c> (<c>INSECURE_SKIP_TLS_VERIFY</c>), <c>USER</c> (also <c>user:password</c>),
    /// <c>PASSWORD</c>, <c>PASSWORD_FILE</c>, <c>ALLOW_PLAINTEXT</c>.
    /// </summary>
    /// <param name="defaults">Used where nothing is set; null: the defaults.</param>
    /// <exception cref="ArgumentException">A variable cannot be used; the message names it, never a password.</exception>
    public static EtcdClientOptions Read(EtcdClientOptions? defaults = null) => Read(defaults ?? new(), Environment.GetEnvironmentVariable);

    internal static EtcdClientOptions Read(EtcdClientOptions defaults, Func<string, string?> variable)
    {
        (string Name, string Value)? Find(string ours, string? etcdctl = null)
        {
            foreach (var name in (string?[])[Prefix + ours, etcdctl is null ? null : EtcdctlPrefix + etcdctl])
            {
                if (name is not null && variable(name) is { Length: > 0 } value)
                {
                    return (name, value);
                }
            }

            return null;
        }

        bool Flag(string ours, string? etcdctl, bool value) => Find(ours, etcdctl) is not { } found ? value
            : bool.TryParse(found.Value, out var flag) ? flag
            : throw new ArgumentException($"The environment variable {found.Name} is '{found.Value}'; allowed are true and false.");

        var tls = defaults.Tls with
        {
            AuthorityFile = Find("CA_FILE", "CACERT")?.Value ?? defaults.Tls.AuthorityFile,
            CertificateFile = Find("CERT_FILE", "CERT")?.Value ?? defaults.Tls.CertificateFile,
            KeyFile = Find("KEY_FILE", "KEY")?.Value ?? defaults.Tls.KeyFile,
            ServerName = Find("SERVER_NAME")?.Value ?? defaults.Tls.ServerName,
            SkipServerVerification = Flag("SKIP_VERIFICATION", "INSECURE_SKIP_TLS_VERIFY", defaults.Tls.SkipServerVerification),
        };
        return defaults with
        {
            Endpoints = Find("ENDPOINTS", "ENDPOINTS") is { } endpoints ? Endpoints(endpoints, tls == new EtcdTlsOptions() ? "http" : "https") : defaults.Endpoints,
            Tls = tls,
            Credentials = Credentials(
                defaults.Credentials,
                Find("USER", "USER")?.Value,
                Find("PASSWORD", "PASSWORD")?.Value,
                Find("PASSWORD_FILE")?.Value) is { } credentials
                ? credentials with { AllowPlaintext = Flag("ALLOW_PLAINTEXT", null, credentials.AllowPlaintext) }
                : null,
        };
    }

    private static System.Collections.Immutable.ImmutableArray<Uri> Endpoints((string Name, string Value) variable, string scheme)
    {
        try
        {
            return EndpointText.ParseList(variable.Name.StartsWith(EtcdctlPrefix, StringComparison.Ordinal) ? EndpointText.WithScheme(variable.Value, scheme) : variable.Value);
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"The environment variable {variable.Name} cannot be used: {error.Message}", error);
        }
    }

    private static EtcdCredentials? Credentials(EtcdCredentials? defaults, string? user, string? password, string? file)
    {
        // As etcdctl has it: what follows the colon is the password, unless it is given by itself.
        if (user?.Split(':', 2) is [var name, var behind])
        {
            (user, password) = (name, password ?? (file is null ? behind : null));
        }

        var credentials = user is null ? defaults : (defaults ?? new EtcdCredentials(user)) with { User = user };
        return credentials is null || (password is null && file is null) ? credentials : credentials with { Password = password, PasswordFile = file };
    }
}
