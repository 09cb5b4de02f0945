using System.Net.Http.Json;
using Coordination.Discovery.Balancing;

namespace Coordination.Tests.Discovery.Balancing;

public sealed class RepetitionTests
{
    public static TheoryData<string> Methods => ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "CONNECT"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Any_request_is_repeated_when_there_was_no_connection_or_it_was_refused_and_none_once_a_response_began(string method)
    {
        using var request = Request(method);

        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.NotConnected, wasSent: true, null));
        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Refused, wasSent: true, null));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Answered, wasSent: true, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.AnsweredUnable, wasSent: true, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Cancelled, wasSent: true, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Invalid, wasSent: true, _ => true));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void After_it_may_have_been_sent_only_an_idempotent_request_is_repeated(string method)
    {
        using var request = Request(method);

        Assert.Equal(method is not ("POST" or "PATCH" or "CONNECT"), Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, null));
        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, _ => false));
    }

    [Fact]
    public void A_body_that_may_be_used_up_is_not_sent_again()
    {
        using var used = new MemoryStream([1]);
        using var stream = new StreamContent(used);
        using var mixed = new MultipartContent { new ByteArrayContent([1]), new StreamContent(used) };

        Assert.All<HttpContent>([stream, mixed], content =>
        {
            using var request = Request("PUT", content);
            Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, null));
            Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Refused, wasSent: true, null));

            // Nothing was read from it yet.
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.NotConnected, wasSent: false, null));
            Assert.False(Repetition.IsAllowed(request, AttemptOutcome.NotConnected, wasSent: true, null));
        });
    }

    [Fact]
    public void Bodies_that_are_the_same_each_time_are_sent_again()
    {
        HttpContent[] contents =
        [
            new ByteArrayContent([1]), new StringContent("a"), new FormUrlEncodedContent([]), new ReadOnlyMemoryContent(new byte[1]), JsonContent.Create(1),
            new MultipartContent { new ByteArrayContent([1]), new StringContent("a") },
        ];

        Assert.All(contents, content =>
        {
            using var request = Request("PUT", content);
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, null));
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Refused, wasSent: true, null));
        });
    }

    [Fact]
    public async Task The_single_message_of_a_gRPC_call_is_the_same_each_time_and_a_stream_is_not()
    {
        var (unary, duplex) = await GrpcBodies.CatchAsync();
        using var request = Request("POST", unary);
        using var stream = Request("POST", duplex);

        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Refused, wasSent: true, null));
        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Broken, wasSent: true, null));
        Assert.All(Enum.GetValues<AttemptOutcome>(), outcome => Assert.False(Repetition.IsAllowed(stream, outcome, wasSent: true, _ => true)));
        Assert.True(Repetition.IsAllowed(stream, AttemptOutcome.NotConnected, wasSent: false, null));
        Assert.False(Repetition.IsGrpcStream(unary));
        Assert.True(Repetition.IsGrpcStream(duplex));
    }

    private static HttpRequestMessage Request(string method, HttpContent? content = null) => new(new HttpMethod(method), "http://greeter/") { Content = content };
}
