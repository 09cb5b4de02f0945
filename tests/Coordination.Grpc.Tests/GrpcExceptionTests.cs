namespace Coordination.Grpc.Tests;

public sealed class GrpcExceptionTests
{
    [Fact]
    public void Success_is_no_exception() => Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcException(GrpcStatusCode.OK, "fine"));

    [Fact]
    public void What_is_not_known_is_assumed_to_have_been_sent_and_not_to_come_from_the_server()
    {
        var error = new GrpcException(GrpcStatusCode.Aborted, "conflict");
        Assert.True(error.RequestSent);
        Assert.False(error.FromServer);
        Assert.Empty(error.Trailers);
        Assert.Equal("Aborted: conflict", error.Message);
    }
}
