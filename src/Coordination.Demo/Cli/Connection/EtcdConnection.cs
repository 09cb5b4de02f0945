using System.CommandLine;
using Coordination.Etcd;

namespace Coordination.Demo.Cli.Connection;

/// <summary>
/// The options that say how to reach etcd: the same for all commands, before or after the command's name, named like etcdctl's, and each also as an
/// environment variable, <c>COORDINATION_ETCD_…</c> or etcdctl's <c>ETCDCTL_…</c> (<see cref="EtcdEnvironment"/>). What is on the command line counts.
/// </summary>
internal sealed class EtcdConnection
{
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromMilliseconds(10);

    private readonly Option<string?> _endpoints = Text("--etcd", "The etcd to use: http://host:port, several with commas between. Also in the environment: COORDINATION_ETCD_ENDPOINTS or ETCDCTL_ENDPOINTS, and so each of these options.", "URL[,URL…]", "--endpoints");
    private readonly Option<string?> _authority = Text("--cacert", "A PEM file with the certificate authorities to trust, instead of the system's.", "file");
    private readonly Option<string?> _certificate = Text("--cert", "A PEM file with the certificate to show to etcd.", "file");
    private readonly Option<string?> _key = Text("--key", "A PEM file with the private key of --cert.", "file");
    private readonly Option<string?> _user = Text("--user", "The user to log in as. Without a password in a terminal, it is asked for.", "user[:password]");
    private readonly Option<string?> _password = Text("--password", "The password of --user. Others on this machine can see it here: COORDINATION_ETCD_PASSWORD or COORDINATION_ETCD_PASSWORD_FILE in the environment is better.", "password");
    private readonly Option<bool> _skipVerification = new("--insecure-skip-tls-verify") { Description = "Accept every certificate of the server. For tests only.", Recursive = true };
    private readonly Option<Duration?> _dialTimeout = Limit("--dial-timeout", "How long a connection may take to be made. Default 2s.", 60);
    private readonly Option<Duration?> _commandTimeout = Limit("--command-timeout", "How long one request to etcd may take in all, and how long a command that holds or follows something waits for an etcd that is away. Default 5s.", 600);
    private readonly Dictionary<string, Option<string?>> _variables;

    public EtcdConnection(Terminal terminal)
    {
        Terminal = terminal;
        _variables = new Dictionary<string, Option<string?>>
        {
            ["ENDPOINTS"] = _endpoints,
            ["CA_FILE"] = _authority,
            ["CERT_FILE"] = _certificate,
            ["KEY_FILE"] = _key,
            ["USER"] = _user,
            ["PASSWORD"] = _password,
        };
    }

    /// <summary>Where the tool reads and writes.</summary>
    public Terminal Terminal { get; }

    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[_endpoints, _authority, _certificate, _key, _skipVerification, _user, _password, _dialTimeout, _commandTimeout])
        {
            root.Options.Add(option);
        }

        _endpoints.Check(result =>
        {
            try
            {
                EndpointText.ParseList(EndpointText.WithScheme(result.GetValueOrDefault<string?>() ?? "", "http"));
            }
            catch (FormatException error)
            {
                result.AddError($"--etcd: {error.Message}");
            }
        });
        _password.Check(result =>
        {
            if (result.GetValue(_user) is null && Variable("USER", "USER") is null)
            {
                result.AddError("--password: there is no --user that it belongs to.");
            }
        });
    }

    /// <summary>Refuses a command line that does not say which etcd, for commands where processes meet so that one in memory is of no use.</summary>
    public void RequireFor(Command command) => command.Check(result =>
    {
        if (result.GetValue(_endpoints) is null && Variable("ENDPOINTS", "ENDPOINTS") is null)
        {
            result.AddError(
                "--etcd is needed: the processes of this command find each other in an etcd. For one to try, 'coordination etcd serve --port 2379' in another terminal, "
                + "then --etcd http://127.0.0.1:2379.");
        }
    });

    /// <summary>Whether the command line itself names an etcd: for a demonstration, that an environment does is no consent.</summary>
    public bool IsOnCommandLine(ParseResult result) => result.GetValue(_endpoints) is not null;

    /// <summary>How to reach etcd; without an endpoint the one on this machine.</summary>
    /// <exception cref="UsageException">An environment variable cannot be used, or a password is missing.</exception>
    public EtcdSettings Read(ParseResult result)
    {
        var scheme = result.GetValue(_skipVerification) || (Given(result, "CA_FILE", "CACERT") ?? Given(result, "CERT_FILE", "CERT") ?? Variable("SKIP_VERIFICATION", "INSECURE_SKIP_TLS_VERIFY")) is not null ? "https" : "http";

        // What is on the command line stands for the variable that comes first.
        string? Find(string name)
        {
            var value = (name.StartsWith(EtcdEnvironment.Prefix, StringComparison.Ordinal) ? OnLine(result, name[EtcdEnvironment.Prefix.Length..]) : null) ?? Terminal.Variable(name);
            return value is not null && name.EndsWith("_ENDPOINTS", StringComparison.Ordinal) ? EndpointText.WithScheme(value, scheme) : value;
        }

        try
        {
            var options = EtcdEnvironment.Read(new EtcdClientOptions { Endpoints = [new Uri($"{scheme}://127.0.0.1:2379")], ConnectTimeout = DialTimeout(result) }, Find);
            return new EtcdSettings(WithPassword(options)) { CommandTimeout = CommandTimeout(result), ShowsScheme = Given(result, "ENDPOINTS", "ENDPOINTS")?.Contains("://", StringComparison.Ordinal) is true };
        }
        catch (ArgumentException error)
        {
            throw new UsageException(ArgumentText.Of(error));
        }
    }

    /// <summary>How long a connection may take to be made.</summary>
    /// <exception cref="UsageException">The environment variable cannot be used.</exception>
    public TimeSpan DialTimeout(ParseResult result) => Time(result, _dialTimeout, "DIAL_TIMEOUT", 2, 60);

    /// <summary>How long one request to etcd may take in all; so long is also waited for an etcd that is away when a command begins.</summary>
    /// <exception cref="UsageException">The environment variable cannot be used.</exception>
    public TimeSpan CommandTimeout(ParseResult result) => Time(result, _commandTimeout, "COMMAND_TIMEOUT", 5, 600);

    private static Option<string?> Text(string name, string description, string helpName, params string[] aliases) => new(name, aliases) { Description = description, HelpName = helpName, Recursive = true };

    private static Option<Duration?> Limit(string name, string description, double maxSeconds)
    {
        var parse = Duration.Between(ShortestLimit, TimeSpan.FromSeconds(maxSeconds));
        return new Option<Duration?>(name) { Description = description, HelpName = "duration", Recursive = true, CustomParser = result => parse(result) };
    }

    private EtcdClientOptions WithPassword(EtcdClientOptions options) => options.Credentials is not { Password: null, PasswordFile: null } nobody ? options
        : Terminal.AskSecret($"Password of {nobody.User}: ") is { } password ? options with { Credentials = nobody with { Password = password } }
        : throw new UsageException(
            $"--user: the password of '{nobody.User}' is missing; it can be in {EtcdEnvironment.Prefix}PASSWORD, in the file that {EtcdEnvironment.Prefix}PASSWORD_FILE names, or in --password.");

    private TimeSpan Time(ParseResult result, Option<Duration?> option, string variable, double seconds, double maxSeconds) =>
        result.GetValue(option)?.Value
        ?? (Variable(variable, variable) is not { } text ? TimeSpan.FromSeconds(seconds)
            : Duration.TryParse(text, ShortestLimit, TimeSpan.FromSeconds(maxSeconds), out var problem) is { } time ? time
            : throw new UsageException($"{variable} in the environment: {problem}"));

    private string? Given(ParseResult result, string ours, string etcdctl) => OnLine(result, ours) ?? Variable(ours, etcdctl);

    private string? OnLine(ParseResult result, string variable) => variable == "SKIP_VERIFICATION" ? (result.GetValue(_skipVerification) ? "true" : null)
        : _variables.TryGetValue(variable, out var option) ? result.GetValue(option)
        : null;

    private string? Variable(string ours, string etcdctl) =>
        Terminal.Variable(EtcdEnvironment.Prefix + ours) is { Length: > 0 } value ? value : Terminal.Variable("ETCDCTL_" + etcdctl) is { Length: > 0 } theirs ? theirs : null;
}
