using System.Collections.Frozen;
using System.Net.Http.Json;

namespace Coordination.Discovery.Balancing;

/// <summary>Whether a request may be sent once more after an attempt failed.</summary>
internal static class Repetition
{
    private static readonly FrozenSet<HttpMethod> IdempotentMethods = FrozenSet.Create(
        HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Trace, HttpMethod.Put, HttpMethod.Delete);

    /// <param name="request">The request, with the body that its sender gave it.</param>
    /// <param name="outcome">How the attempt failed.</param>
    /// <param name="wasSent">Whether any of the body may have left, in this attempt or one before.</param>
    /// <param name="isIdempotent">What the owner says of the request.</param>
    public static bool IsAllowed(HttpRequestMessage request, AttemptOutcome outcome, bool wasSent, Func<HttpRequestMessage, bool>? isIdempotent) =>
        outcome switch
        {
            AttemptOutcome.NotConnected or AttemptOutcome.Refused => !wasSent || IsTheSameEachTime(request.Content),
            AttemptOutcome.Broken => (isIdempotent?.Invoke(request) ?? IdempotentMethods.Contains(request.Method)) && IsTheSameEachTime(request.Content),
            _ => false,
        };

    /// <summary>Whether a body is the body of a gRPC stream, which HTTP must not be given a second time: it would wait for ever, or send nothing.</summary>
    public static bool IsGrpcStream(HttpContent content) =>
        content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) is true && !IsOneGrpcMessage(content);

    /// <summary>Bodies that are known to be the same each time. A stream may be used up: it is not sent again.</summary>
    private static bool IsTheSameEachTime(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        MultipartContent parts => parts.All(IsTheSameEachTime),
        _ => IsOneGrpcMessage(content),
    };

    // Grpc.Net.Client's body of a call with one request. Its type is internal; were it renamed, calls would be repeated less often than they could be.
    private static bool IsOneGrpcMessage(HttpContent content) => content.GetType() is { Namespace: "Grpc.Net.Client.Internal", Name: "PushUnaryContent`2" };
}
