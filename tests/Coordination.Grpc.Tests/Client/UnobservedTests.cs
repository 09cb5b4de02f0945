using System.Runtime.CompilerServices;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class UnobservedTests
{
    [Fact]
    public void A_duplex_call_that_nobody_reads_writes_or_disposes_leaves_no_unobserved_exception()
    {
        var unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) =>
            unobserved += e.Exception.Flatten().InnerExceptions.Any(x => x is MarkerException) ? 1 : 0;

        TaskScheduler.UnobservedTaskException += Count;
        Open();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Count;
        Assert.Equal(0, unobserved);
    }

    [Fact]
    public async Task Disposing_never_throws_whatever_broke_the_call()
    {
        using var channel = Channel();
        await channel.Duplex(TestMethods.Duplex).DisposeAsync().InTime();
    }

    [Fact]
    public async Task Whatever_a_handler_throws_reaches_the_caller_as_unavailable()
    {
        using var channel = Channel();
        await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "marker");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Open() => _ = Channel().Duplex(TestMethods.Duplex);

    private static GrpcChannel Channel() => new(new Uri("http://127.0.0.1:1"), new GrpcChannelOptions(), new ThrowingHandler());

    private sealed class MarkerException() : Exception("marker");

    private sealed class ThrowingHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new MarkerException());
    }
}
