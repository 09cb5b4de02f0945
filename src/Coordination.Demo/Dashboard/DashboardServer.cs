using System.Net;
using System.Text.Json;
using Coordination.Demo.Dashboard.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Demo.Dashboard;

/// <summary>Serves the page, what there is as JSON, and what changes as server-sent events. Only reading is possible.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly OverviewFeed _feed;
    private readonly DashboardGate _gate;
    private readonly DashboardPage _page = DashboardPage.Load();
    private readonly WebApplication _app;

    private DashboardServer(OverviewFeed feed, DashboardGate gate, IPEndPoint listen)
    {
        _feed = feed;
        _gate = gate;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be served.</exception>
    public static async Task<DashboardServer> StartAsync(OverviewFeed feed, DashboardGate gate, IPEndPoint listen, CancellationToken cancellationToken)
    {
        var server = new DashboardServer(feed, gate, listen);
        await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().ConfigureAwait(false);

    private Task AnswerAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        response.Headers.ContentSecurityPolicy = _page.Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            return SayAsync(response, StatusCodes.Status405MethodNotAllowed, "The dashboard only shows: GET is allowed.");
        }

        switch (_gate.Judge(request.Host.Host, request.Query["token"], request.Cookies[DashboardGate.Cookie], request.Headers.Authorization))
        {
            case GateAnswer.EnterAndRemember:
                response.Cookies.Append(DashboardGate.Cookie, _gate.CookieValue, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps });
                response.Redirect("/");
                return Task.CompletedTask;
            case GateAnswer.Refuse:
                return SayAsync(response, StatusCodes.Status401Unauthorized, request.Query.ContainsKey("token") || request.Headers.Authorization.Count > 0
                    ? "This is not the token of this dashboard."
                    : "This dashboard needs its token: open it once as /?token=… , or send 'Authorization: Bearer …'.");
            case GateAnswer.WrongHost:
                return SayAsync(response, StatusCodes.Status403Forbidden, $"'{request.Host.Host}' is no name of this machine. Without --token the dashboard answers to 127.0.0.1, [::1] and localhost.");
        }

        return request.Path.Value switch
        {
            "/" => PageAsync(http),
            "/state" => StateAsync(http),
            "/events" => EventsAsync(http),
            _ => SayAsync(response, StatusCodes.Status404NotFound, "There is / (the page), /state (JSON) and /events (server-sent events)."),
        };
    }

    private Task PageAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = _page.Html.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(_page.Html, http.RequestAborted).AsTask();
    }

    private Task StateAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, _feed.Read(), OverviewJson.Default.Overview, http.RequestAborted);
    }

    private async Task EventsAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _app.Lifetime.ApplicationStopping);
        try
        {
            await foreach (var message in _feed.ReadAsync(end.Token).ConfigureAwait(false))
            {
                var (name, json) = message switch
                {
                    FeedMessage.Present m => ("overview", JsonSerializer.SerializeToUtf8Bytes(m.Overview, OverviewJson.Default.Overview)),
                    FeedMessage.Past m => ("past", JsonSerializer.SerializeToUtf8Bytes(m.History, OverviewJson.Default.ImmutableArrayHistoryEntry)),
                    FeedMessage.Happened m => ("history", JsonSerializer.SerializeToUtf8Bytes(m.History, OverviewJson.Default.ImmutableArrayHistoryEntry)),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
                await http.Response.WriteAsync($"event: {name}\ndata: ", end.Token).ConfigureAwait(false);
                await http.Response.Body.WriteAsync(json, end.Token).ConfigureAwait(false);
                await http.Response.WriteAsync("\n\n", end.Token).ConfigureAwait(false);
                await http.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the program ends.
        }
    }

    private static Task SayAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(text + "\n");
    }
}
