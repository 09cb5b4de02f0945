using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Hosting;

/// <summary>The blocks <c>tls</c> and <c>credentials</c> of the connection to etcd.</summary>
internal static class HoconSecurity
{
    public static EtcdTlsOptions Tls(Config config, string block, EtcdTlsOptions defaults) => new()
    {
        AuthorityFile = Text(config, $"{block}.authority-file", defaults.AuthorityFile),
        CertificateFile = Text(config, $"{block}.certificate-file", defaults.CertificateFile),
        KeyFile = Text(config, $"{block}.key-file", defaults.KeyFile),
        ServerName = Text(config, $"{block}.server-name", defaults.ServerName),
        SkipServerVerification = config.GetBoolean($"{block}.skip-server-verification", defaults.SkipServerVerification),
    };

    /// <summary>No user means no credentials.</summary>
    public static EtcdCredentials? Credentials(Config config, string block, EtcdCredentials? defaults)
    {
        if (Text(config, $"{block}.user", defaults?.User) is not { } user)
        {
            return null;
        }

        defaults ??= new EtcdCredentials(user);
        return defaults with
        {
            User = user,
            Password = Text(config, $"{block}.password", defaults.Password),
            PasswordFile = Text(config, $"{block}.password-file", defaults.PasswordFile),
            AllowPlaintext = config.GetBoolean($"{block}.allow-plaintext", defaults.AllowPlaintext),
            LoginPause = config.GetTimeSpan($"{block}.login-pause", defaults.LoginPause, allowInfinite: false),
        };
    }

    /// <exception cref="ArgumentException">It is no hexadecimal number.</exception>
    public static ulong? ClusterId(Config config, string setting, ulong? value) => Text(config, setting, null) is not { } text ? value
        : ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id
        : throw new ArgumentException($"The setting {setting} is '{text}'; allowed is a hexadecimal number, as etcdctl member list shows it.");

    private static string? Text(Config config, string setting, string? value) => config.HasPath(setting) ? config.GetString(setting, value) : value;
}
