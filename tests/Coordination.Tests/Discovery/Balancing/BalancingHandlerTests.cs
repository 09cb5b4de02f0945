using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Coordination.Tests.Discovery.Balancing.Instances;

namespace Coordination.Tests.Discovery.Balancing;

public sealed class BalancingHandlerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeServers _servers = new();
    private readonly List<BalancedAttempt> _attempts = [];
    private FakeViews _views = new(View(Many(2)));

    public void Dispose() => _servers.Dispose();

    [Fact]
    public async Task A_request_goes_to_an_instance_with_its_path_and_the_request_keeps_its_address_and_tells_who_answered()
    {
        _views = new FakeViews(View(Of("i1")));
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://greeter//a/b%2Fc?d=e%20f#g");

        using var response = await http.SendAsync(request, default);

        Assert.Equal("GET http://i1.test:5000//a/b%2Fc?d=e%20f host -", Assert.Single(_servers.Seen));
        Assert.Equal("http://greeter//a/b%2Fc?d=e%20f#g", request.RequestUri!.OriginalString);
        Assert.True(request.Options.TryGetValue(BalancingHandler.InstanceKey, out var instance));
        Assert.Equal("i1", instance.Id);
        Assert.Null(request.Headers.Host);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData(BalancedHost.Instance, null, "-")]
    [InlineData(BalancedHost.Service, null, "greeter")]
    [InlineData(BalancedHost.Instance, "mine", "mine")]
    [InlineData(BalancedHost.Service, "mine", "mine")]
    public async Task The_host_header_is_the_instances_the_services_or_the_callers(BalancedHost option, string? given, string expected)
    {
        using var http = Client(new() { Host = option });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://greeter/") { Headers = { Host = given } };

        (await http.SendAsync(request, default)).Dispose();

        Assert.EndsWith($"host {expected}", Assert.Single(_servers.Seen), StringComparison.Ordinal);
        Assert.Equal(given, request.Headers.Host);
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("http://greeter:8080/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://localhost/")]
    public async Task What_is_no_name_of_a_service_passes_unchanged(string address)
    {
        using var http = Client();

        (await http.GetAsync(address)).Dispose();

        Assert.StartsWith($"GET {address} ", Assert.Single(_servers.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_in_an_address_can_stand_for_a_service_of_another_name()
    {
        var asked = new List<string>();
        var options = new BalancingOptions { Services = ImmutableDictionary<string, string>.Empty.Add("Hello.Service", "Hello") };
        await using var balancer = new ServiceBalancer(name => Discovered(asked, name), options, _time, NullLoggerFactory.Instance);
        using var http = new HttpMessageInvoker(balancer.CreateHandler(_servers));

        (await http.GetAsync("http://hello.service/x")).Dispose();

        Assert.Equal(["Hello"], asked);
        Assert.Contains(".test:5000/x", Assert.Single(_servers.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_moves_even_a_post_to_the_other_instance_and_ejects_the_first()
    {
        _servers["i1"] = FakeServers.Refuse;
        using var http = Client();

        for (var n = 0; n < 6; n++)
        {
            using var response = await http.PostAsync("http://greeter/", new StringContent("a"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(6, _servers.Seen.Count(seen => seen.Contains("i2", StringComparison.Ordinal)));
        Assert.Single(_servers.Seen, seen => seen.Contains("i1", StringComparison.Ordinal));
        Assert.Single(_attempts, attempt => attempt is { Outcome: AttemptOutcome.NotConnected, Retried: true, Instance.Id: "i1" });
    }

    [Fact]
    public async Task A_broken_connection_is_the_callers_for_a_post_and_moves_a_get()
    {
        _servers["i1"] = _servers["i2"] = FakeServers.Break;
        using var http = Client(new() { MaxAttempts = 2 });

        var post = await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync("http://greeter/", new StringContent("a")));
        Assert.Single(_servers.Seen);
        Assert.Equal("The connection was reset", post.Message);

        var get = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/"));
        Assert.Equal(3, _servers.Seen.Count);
        Assert.Contains("'greeter' could not be reached in 2 attempts (i", get.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_broken_attempt_the_failure_does_not_claim_that_nothing_was_sent()
    {
        _servers["i1"] = _servers["i2"] = request => _servers.Seen.Count == 1 ? FakeServers.Break(request) : FakeServers.Refuse(request);
        using var http = Client();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/"));

        Assert.Equal([AttemptOutcome.Broken, AttemptOutcome.NotConnected], _attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(HttpRequestError.Unknown, error.HttpRequestError);
    }

    [Fact]
    public async Task A_request_that_was_redirected_before_it_failed_was_sent()
    {
        // What SocketsHttpHandler does to a POST that is answered with 302: it becomes a GET of the new address.
        _servers["i1"] = _servers["i2"] = request =>
        {
            request.Method = HttpMethod.Get;
            request.Content = null;
            request.RequestUri = new Uri("http://elsewhere.test/");
            return FakeServers.Refuse(request);
        };
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://greeter/") { Content = new StringContent("a") };

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, default));

        Assert.Equal(AttemptOutcome.Broken, Assert.Single(_attempts).Outcome);
        Assert.Equal((HttpMethod.Post, "http://greeter/", true), (request.Method, request.RequestUri!.OriginalString, request.Content is StringContent));
    }

    [Fact]
    public async Task A_balancer_that_is_disposed_fails_requests_as_HTTP_does()
    {
        var balancer = new ServiceBalancer(_ => _views, new BalancingOptions(), _time, NullLoggerFactory.Instance);
        using var http = new HttpMessageInvoker(balancer.CreateHandler(_servers), disposeHandler: false);
        await balancer.DisposeAsync();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/"));

        Assert.IsType<ObjectDisposedException>(error.InnerException);
    }

    [Fact]
    public async Task When_nobody_can_be_connected_to_everybody_is_tried_once_and_all_are_named()
    {
        _views = new FakeViews(View(Many(3)));
        _servers["i1"] = _servers["i2"] = _servers["i3"] = FakeServers.Refuse;
        using var http = Client(new() { MaxAttempts = 10 });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/"));

        Assert.Equal(3, _servers.Seen.Distinct().Count());
        Assert.Equal(3, _servers.Seen.Count);
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.All(Many(3), instance => Assert.Contains($"{instance.Id} at {instance.Address}: Connection refused", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_budget_is_spent_requests_fail_at_once_and_say_so()
    {
        _servers["i1"] = _servers["i2"] = FakeServers.Refuse;
        using var http = Client(new() { RetryBurst = 2, RetryShare = 0 });

        var errors = new List<HttpRequestException>();
        for (var n = 0; n < 4; n++)
        {
            errors.Add(await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/")));
        }

        Assert.Equal(4 + 2, _servers.Seen.Count);
        Assert.DoesNotContain("budget is spent", errors[1].Message, StringComparison.Ordinal);
        Assert.Contains("No further attempt: the retry budget is spent (RetryShare, RetryBurst).", errors[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_waits_for_the_first_instance()
    {
        _views = new FakeViews(ServiceView.Unknown(Service));
        using var http = Client();
        var waiting = http.GetAsync("http://greeter/");
        Assert.False(waiting.IsCompleted);

        _views.Show(View(Of("i1", state: InstanceState.Starting)));
        _views.Show(View(Of("i1")));
        using var response = await waiting.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Without_an_instance_it_fails_after_the_wait_and_says_what_is_known()
    {
        Assert.Contains("etcd has not been read yet", await FailureAsync(ServiceView.Unknown(Service)), StringComparison.Ordinal);
        Assert.Contains("no instance is registered at revision 7; waited 5 s for one (InstanceWait)", await FailureAsync(View()), StringComparison.Ordinal);
        Assert.Contains(
            "1 registered, of which 1 draining in the last view, at revision 7; etcd is away",
            await FailureAsync(View(Of("i1", state: InstanceState.Draining)) with { IsStale = true }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cancels_while_waiting_gets_a_cancellation()
    {
        _views = new FakeViews(View());
        using var http = Client();
        using var cancel = new CancellationTokenSource();
        var waiting = http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://greeter/"), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task More_than_the_limit_do_not_wait()
    {
        _views = new FakeViews(View());
        using var http = Client(new() { MaxWaiting = 1 });
        var waiting = http.GetAsync("http://greeter/");

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://greeter/"));

        Assert.Equal(CoordinationErrorKind.LimitReached, Assert.IsType<CoordinationException>(error.InnerException).Kind);
        Assert.False(waiting.IsCompleted);
        _views.Show(View(Of("i1")));
        (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Fact]
    public async Task When_the_system_stops_nobody_waits_any_longer()
    {
        _views = new FakeViews(View());
        using var http = Client();
        var waiting = http.GetAsync("http://greeter/");

        _views.End();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(CoordinationErrorKind.Stopped, Assert.IsType<CoordinationException>(error.InnerException).Kind);
    }

    [Fact]
    public async Task A_response_is_outstanding_until_its_body_is_over()
    {
        _views = new FakeViews(View(Many(2)));
        using var http = Client(new() { Policy = BalancingPolicy.LeastOutstanding });
        var first = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://greeter/"), default);
        var busy = _attempts[0].Instance.Id;

        for (var n = 0; n < 4; n++)
        {
            using var other = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://greeter/"), default);
            Assert.NotEqual(busy, _attempts[^1].Instance.Id);
        }

        await first.Content.ReadAsStringAsync();
        var ids = new List<string>();
        for (var n = 0; n < 4; n++)
        {
            using var other = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://greeter/"), default);
            ids.Add(_attempts[^1].Instance.Id);
        }

        Assert.Contains(busy, ids);
        first.Dispose();
    }

    [Fact]
    public async Task Responses_that_say_unable_or_break_off_eject_after_three_in_a_row_and_reach_the_caller()
    {
        _servers["i1"] = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        _servers["i2"] = _ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new BreakingStream()) });
        _views = new FakeViews(View(Many(3)));
        using var http = Client();

        for (var n = 0; n < 60; n++)
        {
            using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://greeter/"), default);
            if (_attempts[^1].Instance.Id == "i2")
            {
                await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
            }
        }

        Assert.Equal(3, _attempts.Count(attempt => attempt.Instance.Id == "i1"));
        Assert.Equal(3, _attempts.Count(attempt => attempt.Instance.Id == "i2"));
        Assert.Equal(54, _attempts.Count(attempt => attempt.Instance.Id == "i3"));
    }

    [Fact]
    public async Task What_a_listener_throws_does_not_touch_the_request()
    {
        using var http = Client(new() { OnAttempt = _ => throw new InvalidOperationException() });

        (await http.GetAsync("http://greeter/")).EnsureSuccessStatusCode().Dispose();
    }

    [Fact]
    public async Task More_services_than_the_limit_are_refused_and_disposing_ends_all_discoveries()
    {
        var balancer = new ServiceBalancer(_ => _views, new BalancingOptions { MaxServices = 1 }, _time, NullLoggerFactory.Instance);
        balancer.Prepare("one");

        var error = Assert.Throws<CoordinationException>(() => balancer.Prepare("two"));

        Assert.Equal(CoordinationErrorKind.LimitReached, error.Kind);
        await balancer.DisposeAsync();
        await balancer.DisposeAsync();
        Assert.True(_views.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => balancer.Prepare("one"));
    }

    [Fact]
    public async Task It_works_under_a_client_factory()
    {
        await using var balancer = new ServiceBalancer(_ => _views, new BalancingOptions(), _time, NullLoggerFactory.Instance);
        var services = new ServiceCollection();
        services.AddSingleton(balancer);
        services.AddHttpClient("greeter", http => http.BaseAddress = new Uri("http://greeter")).AddServiceBalancing().ConfigurePrimaryHttpMessageHandler(() => new Passing(_servers));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("greeter");

        Assert.Equal("hello", await http.GetStringAsync(new Uri("/hello?to=you", UriKind.Relative)));

        Assert.Contains(".test:5000/hello?to=you ", Assert.Single(_servers.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_options_are_all_named()
    {
        var options = new BalancingOptions
        {
            MaxAttempts = 0, RetryShare = 1.5, EjectionTime = TimeSpan.Zero, Policy = (BalancingPolicy)9, Discovery = new DiscoveryOptions { MaxInstances = 0 },
        };

        var error = Assert.Throws<ArgumentException>(() => new ServiceBalancer(_ => _views, options, _time, NullLoggerFactory.Instance));

        Assert.All(
            ["MaxAttempts is '0': allowed is 1 to 10 attempts", "RetryShare is '1.5': allowed is 0 to 1", "EjectionTime", "Policy is '9'", "Discovery.MaxInstances is '0'"],
            problem => Assert.Contains(problem, error.Message, StringComparison.Ordinal));
    }

    private FakeViews Discovered(List<string> asked, string name)
    {
        asked.Add(name);
        return _views;
    }

    private HttpMessageInvoker Client(BalancingOptions? options = null)
    {
        options ??= new BalancingOptions();
        options = options.OnAttempt is null ? options with { OnAttempt = _attempts.Add } : options;
        return new HttpMessageInvoker(new ServiceBalancer(_ => _views, options, _time, NullLoggerFactory.Instance).CreateHandler(_servers), disposeHandler: false);
    }

    private async Task<string> FailureAsync(ServiceView view)
    {
        _views = new FakeViews(view);
        using var http = Client();
        var waiting = http.GetAsync("http://greeter/");
        _time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(CoordinationErrorKind.NoInstance, Assert.IsType<CoordinationException>(error.InnerException).Kind);
        Assert.StartsWith("The service 'greeter' has no instance to send to: ", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private sealed class Passing(HttpMessageHandler inner) : DelegatingHandler(inner);

    private sealed class BreakingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("reset");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("reset");
    }
}
