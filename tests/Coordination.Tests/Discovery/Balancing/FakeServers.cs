using System.Collections.Concurrent;

namespace Coordination.Tests.Discovery.Balancing;

/// <summary>What is behind a balancing handler in tests without a network: answers or fails by the host that it is sent to.</summary>
internal sealed class FakeServers : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, Func<HttpRequestMessage, Task<HttpResponseMessage>>> _servers = [];

    public ConcurrentQueue<string> Seen { get; } = [];

    public Func<HttpRequestMessage, Task<HttpResponseMessage>> this[string id]
    {
        set => _servers[id] = value;
    }

    public static Task<HttpResponseMessage> Refuse(HttpRequestMessage request) =>
        Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ConnectionError, $"Connection refused ({request.RequestUri!.Authority})"));

    public static Task<HttpResponseMessage> Break(HttpRequestMessage request) =>
        Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset"));

    public static Task<HttpResponseMessage> Answer(HttpRequestMessage request) => Task.FromResult(new HttpResponseMessage { Content = new StringContent("hello") });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Seen.Enqueue($"{request.Method} {request.RequestUri!.AbsoluteUri} host {request.Headers.Host ?? "-"}");
        var id = request.RequestUri!.Host.Split('.')[0];
        return await _servers.GetValueOrDefault(id, Answer)(request).WaitAsync(cancellationToken);
    }
}
