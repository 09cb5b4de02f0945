using Coordination.Embedded.Tests.Differential;
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
    internal async Task<string> SameAsync(IMessage request, string? user = null)
    {
        var replies = await Task.WhenAll(Embedded.AskAsync(request, TokenOf(Embedded, user)), Real.AskAsync(request, TokenOf(Real, user)));
        Assert.True(replies[0] == replies[1], $"{request.Descriptor.Name} {request} as {user ?? "nobody"}\n  embedded: {replies[0]}\n  real:     {replies[1]}");
        return replies[0];
    }

    internal async Task LoginAsync(string name, string password)
    {
        var request = new AuthenticateRequest { Name = name, Password = password };
        var replies = await Task.WhenAll(Embedded.SendAsync<AuthenticateResponse>(request), Real.SendAsync<AuthenticateResponse>(request));
        _tokens[name] = (replies[0].Token, replies[1].Token);
    }

    internal string? TokenOf(Side side, string? user) => user is null ? null : side == Embedded ? _tokens[user].Embedded : _tokens[user].Real;
}
