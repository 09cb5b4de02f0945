using System.Net;
using Coordination.Discovery.Balancing;

namespace Coordination.Tests.Discovery.Balancing;

public sealed class SendFailureTests
{
    [Theory]
    [InlineData(HttpRequestError.ConnectionError, AttemptOutcome.NotConnected)]
    [InlineData(HttpRequestError.NameResolutionError, AttemptOutcome.NotConnected)]
    [InlineData(HttpRequestError.SecureConnectionError, AttemptOutcome.NotConnected)]
    [InlineData(HttpRequestError.ResponseEnded, AttemptOutcome.Broken)]
    [InlineData(HttpRequestError.HttpProtocolError, AttemptOutcome.Broken)]
    [InlineData(HttpRequestError.InvalidResponse, AttemptOutcome.Broken)]
    [InlineData(HttpRequestError.Unknown, AttemptOutcome.Broken)]
    public void Only_a_failure_to_connect_proves_that_nothing_was_sent(HttpRequestError error, AttemptOutcome expected) =>
        Assert.Equal(expected, Classify(new HttpRequestException(error)));

    [Fact]
    public void With_HTTP_3_a_connection_error_proves_nothing()
    {
        using var exact = new HttpRequestMessage(HttpMethod.Post, "https://a/") { Version = HttpVersion.Version30 };
        using var upgraded = new HttpRequestMessage(HttpMethod.Post, "https://a/") { VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };

        Assert.All([exact, upgraded], request =>
            Assert.Equal(AttemptOutcome.Broken, SendFailure.Classify(new HttpRequestException(HttpRequestError.ConnectionError), request, wasSent: false, default)));
    }

    [Theory]
    [InlineData(7, AttemptOutcome.Refused)]
    [InlineData(0, AttemptOutcome.Broken)]
    [InlineData(2, AttemptOutcome.Broken)]
    [InlineData(8, AttemptOutcome.Broken)]
    public void Of_the_HTTP_2_errors_only_REFUSED_STREAM_proves_that_nothing_was_processed(long code, AttemptOutcome expected) =>
        Assert.Equal(expected, Classify(new HttpRequestException("", new HttpProtocolException(code, "", null))));

    [Fact]
    public void A_timeout_below_proves_nothing_unless_the_body_did_not_leave()
    {
        var timeout = new TaskCanceledException("", new TimeoutException());

        Assert.Equal(AttemptOutcome.Broken, Classify(timeout));
        Assert.Equal(AttemptOutcome.NotConnected, Classify(timeout, wasSent: false));
    }

    [Fact]
    public void What_fails_after_the_caller_cancelled_is_a_cancellation() =>
        Assert.Equal(
            AttemptOutcome.Cancelled,
            SendFailure.Classify(new HttpRequestException(HttpRequestError.ConnectionError), new HttpRequestMessage(), wasSent: false, new CancellationToken(canceled: true)));

    [Fact]
    public void What_is_no_failure_of_the_connection_is_the_requests_own() =>
        Assert.Equal(AttemptOutcome.Invalid, Classify(new InvalidOperationException("the stream was already consumed")));

    private static AttemptOutcome Classify(Exception error, bool wasSent = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://a/");
        return SendFailure.Classify(error, request, wasSent, default);
    }
}
