using Grpc.Core;

namespace Coordination.Demo.Greeter.Serve;

/// <summary>Greets, in three ways, and counts.</summary>
internal sealed class GreeterService(TimeSpan work) : Greeter.GreeterBase
{
    private int _inFlight;
    private long _served;

    /// <summary>How it calls itself in its replies.</summary>
    public string Id { get; set; } = "";

    public int InFlight => Volatile.Read(ref _inFlight);

    public long Served => Interlocked.Read(ref _served);

    public override Task<GreetReply> SayHello(GreetRequest request, ServerCallContext context) => GreetAsync("Hello", request, context);

    public override Task<GreetReply> Morning(GreetRequest request, ServerCallContext context) => GreetAsync("Good morning", request, context);

    public override Task<GreetReply> Night(GreetRequest request, ServerCallContext context) => GreetAsync("Good night", request, context);

    private async Task<GreetReply> GreetAsync(string words, GreetRequest request, ServerCallContext context)
    {
        if (request.Name.Length is 0 or > 100)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"The name has {request.Name.Length} characters; allowed are 1 to 100."));
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            await Task.Delay(work, TimeProvider.System, context.CancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _served);
            return new GreetReply { Message = $"{words}, {request.Name}!", Instance = Id };
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
