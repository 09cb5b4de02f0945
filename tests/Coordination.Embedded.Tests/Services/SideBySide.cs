using Coordination.Embedded.Auth;
using Coordination.Embedded.Tests.Differential;
using Coordination.Grpc;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Services;

/// <summary>A fresh embedded server and a fresh real etcd, which are asked the same and must answer the same.</summary>
public abstract class SideBySide : IAsyncLifetime
{
    private readonly Dictionary<string, (string Embedded, string Real)> _tokens = [];
    private ServerPair _pair = null!;

    internal Side Embedded => _pair.Embedded;

    internal Side Real => _pair.Real;

    public async Task InitializeAsync() => _pair = await ServerPair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    internal static ByteString B(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>Sends the same to both.</summary>
    /// <returns>What both answered.</returns>
    internal async Task<string> SameAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, string? user = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var (embedded, real) = user is null ? (null, null) : (Token(_tokens[user].Embedded), Token(_tokens[user].Real));
        var replies = await Task.WhenAll(Embedded.AskAsync(method, request, embedded), Real.AskAsync(method, request, real));
        Assert.True(replies[0] == replies[1], $"{method} {request} as {user ?? "nobody"}\n  embedded: {replies[0]}\n  real:     {replies[1]}");
        return replies[0];
    }

    internal async Task LoginAsync(string name, string password)
    {
        var request = new AuthenticateRequest { Name = name, Password = password };
        var replies = await Task.WhenAll(Embedded.SendAsync(AuthMethods.Authenticate, request), Real.SendAsync(AuthMethods.Authenticate, request));
        _tokens[name] = (replies[0].Token, replies[1].Token);
    }

    internal static GrpcMetadata Token(string token) => new() { { "token", token } };

    internal GrpcMetadata TokenOf(Side side, string user) => Token(side == Embedded ? _tokens[user].Embedded : _tokens[user].Real);
}
