using System.CommandLine;
using System.Net;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;

namespace Coordination.Demo.Dashboard;

/// <summary>The command <c>dashboard</c>: a page that shows who holds what.</summary>
internal sealed class DashboardCommand(EtcdConnection connection)
{
    private const int DefaultPort = 8484;
    private const int ShortestToken = 16;
    private const string Variable = "COORDINATION_DASHBOARD_TOKEN";

    private readonly DashboardOptions _options = new();
    private readonly Option<IPEndPoint> _listen = new("--listen")
    {
        Description = $"Where the page is served. Default 127.0.0.1:{DefaultPort}. Another address than this machine's own needs --token.",
        HelpName = "address:port",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, DefaultPort),
        CustomParser = DashboardOptions.ParseListen,
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"Who looks must know it ({ShortestToken} characters or more). Others on this machine can see it here: {Variable} in the environment is better.",
        HelpName = "token",
    };

    public Command Create()
    {
        var command = new Command(
            "dashboard",
            $"""
            Serves a page that shows live who holds what, until Ctrl-C: locks with holder, token, how long, and who waits; elections, services, sessions, and what is wrong.
            It only shows; nothing can be changed there. It is served to this machine; elsewhere with --listen and --token (without TLS: put a proxy before it, or use ssh -L).

            Examples:
              coordination dashboard
              coordination dashboard --etcd http://a:2379,http://b:2379 --prefix /jobs/ --prefix /services/
              {Variable}=$(cat token) coordination dashboard --listen 0.0.0.0:{DefaultPort}

            Exit codes: 0 ended by Ctrl-C, 2 wrong command line, 3 the address cannot be served. That etcd is away is shown on the page.
            """)
        {
            _listen, _token,
        };
        _options.AddTo(command);
        command.SetAction((result, stopping) => connection.RunSystemAsync(
            result, new CoordinationOptions { Name = "dashboard", HasSession = false }, system => RunAsync(result, system, stopping), stopping));
        return command;
    }

    /// <exception cref="UsageException">The token is too short, or there is none where there must be one.</exception>
    private static void Check(string? token, IPEndPoint listen)
    {
        if (token is { Length: < ShortestToken })
        {
            throw new UsageException($"--token: it has {token.Length} characters; {ShortestToken} or more are needed, for example from: openssl rand -hex 16");
        }

        if (token is null && !IPAddress.IsLoopback(listen.Address))
        {
            throw new UsageException($"--listen: {listen} can be reached from other machines, which needs --token or {Variable}; allowed without are 127.0.0.1 and [::1].");
        }
    }

    // "All addresses" is none that a browser could open.
    private static string Reachable(Uri address, IPAddress listen) =>
        (listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) ? new UriBuilder(address) { Host = Dns.GetHostName() }.Uri : address).GetLeftPart(UriPartial.Authority);

    private string? Token(string? onLine) => onLine ?? (connection.Terminal.Variable(Variable) is { Length: > 0 } value ? value : null);

    private async Task<int> RunAsync(ParseResult result, CoordinationSystem system, CancellationToken stopping)
    {
        var listen = result.GetRequiredValue(_listen);
        var token = Token(result.GetValue(_token));
        Check(token, listen);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var feed = _options.Feed(result, system);
        var following = feed.RunAsync(end.Token);
        try
        {
            var server = await DashboardServer.StartAsync(feed, new DashboardGate(token), listen, stopping).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                connection.Terminal.WriteLine($"The dashboard is at {Reachable(server.Address, listen.Address)}/{(token is null ? "" : " with ?token=… once")}; Ctrl-C ends it");
                connection.Terminal.Flush();
                await Task.WhenAny(following, stopping.CancelledAsync()).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            connection.Terminal.Say($"--listen: {listen} cannot be served: {error.Message}");
            return ExitCode.Unavailable;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (following.IsFaulted)
        {
            await following.ConfigureAwait(false);
        }

        return ExitCode.Ok;
    }
}
