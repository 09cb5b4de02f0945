using System.Net.Http.Json;
using Coordination.Discovery.Balancing;
using Coordination.Grpc;

namespace Coordination.Tests.Discovery.Balancing;

public sealed class RepetitionTests
{
    public static TheoryData<string> Methods => ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "CONNECT"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Any_request_is_repeated_when_there_was_no_connection_or_it_was_refused_and_none_once_a_response_began(string method)
    {
        using var request = Request(method);

        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.NotConnected, null));
        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Refused, null));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Answered, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.AnsweredUnable, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Cancelled, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Invalid, _ => true));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void After_it_may_have_been_sent_only_an_idempotent_request_is_repeated(string method)
    {
        using var request = Request(method);

        Assert.Equal(method is not ("POST" or "PATCH" or "CONNECT"), Repetition.IsAllowed(request, AttemptOutcome.Broken, null));
        Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Broken, _ => true));
        Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Broken, _ => false));
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
            Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Broken, null));
            Assert.False(Repetition.IsAllowed(request, AttemptOutcome.Refused, null));

            // Nothing was read from it yet.
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.NotConnected, null));
        });
    }

    [Fact]
    public void Bodies_that_are_the_same_each_time_are_sent_again()
    {
        HttpContent[] contents =
        [
            new ByteArrayContent([1]), new StringContent("a"), new FormUrlEncodedContent([]), new ReadOnlyMemoryContent(new byte[1]), JsonContent.Create(1),
            new MultipartContent { new ByteArrayContent([1]), new StringContent("a") }, new Message(Sent: true, CanRepeat: true),
        ];

        Assert.All(contents, content =>
        {
            using var request = Request("PUT", content);
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Broken, null));
            Assert.True(Repetition.IsAllowed(request, AttemptOutcome.Refused, null));
        });
    }

    [Fact]
    public void A_stream_of_messages_of_which_one_was_sent_is_not_sent_again()
    {
        using var content = new Message(Sent: true, CanRepeat: false);
        using var request = Request("POST", content);

        Assert.All(Enum.GetValues<AttemptOutcome>(), outcome => Assert.False(Repetition.IsAllowed(request, outcome, _ => true)));
    }

    private static HttpRequestMessage Request(string method, HttpContent? content = null) => new(new HttpMethod(method), "http://greeter/") { Content = content };

    private sealed class Message(bool Sent, bool CanRepeat) : ByteArrayContentLike, IOutgoingMessage
    {
        bool IOutgoingMessage.Sent => Sent;

        bool IOutgoingMessage.CanRepeat => CanRepeat;
    }

    private abstract class ByteArrayContentLike : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => Task.CompletedTask;

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return true;
        }
    }
}
