using System.Collections.Frozen;
using System.Net.Http.Json;
using Coordination.Grpc;

namespace Coordination.Discovery.Balancing;

/// <summary>Whether a request may be sent once more after an attempt failed.</summary>
internal static class Repetition
{
    private static readonly FrozenSet<HttpMethod> IdempotentMethods = FrozenSet.Create(
        HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Trace, HttpMethod.Put, HttpMethod.Delete);

    public static bool IsAllowed(HttpRequestMessage request, AttemptOutcome outcome, Func<HttpRequestMessage, bool>? isIdempotent) => outcome switch
    {
        AttemptOutcome.NotConnected => request.Content is not IOutgoingMessage { CanRepeat: false },
        AttemptOutcome.Refused => CanRepeat(request.Content),
        AttemptOutcome.Broken => (isIdempotent?.Invoke(request) ?? IdempotentMethods.Contains(request.Method)) && CanRepeat(request.Content),
        _ => false,
    };

    /// <summary>Bodies that are known to be the same each time. A stream may be used up: it is not sent again.</summary>
    private static bool CanRepeat(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        IOutgoingMessage message => message.CanRepeat,
        MultipartContent parts => parts.All(CanRepeat),
        _ => false,
    };
}
