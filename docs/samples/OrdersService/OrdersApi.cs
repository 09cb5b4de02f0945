using Coordination;
using Grpc.Core;

namespace OrdersService;

/// <summary>Takes orders, each of them one at a time, whichever process is asked.</summary>
internal sealed class OrdersApi(ILocks locks) : Orders.OrdersBase
{
    public override async Task<Taken> Take(Order request, ServerCallContext context)
    {
        await using var handle = await locks.Lock($"/orders/{request.Id}").AcquireAsync(TimeSpan.FromSeconds(5), context.CancellationToken);
        return new Taken { By = $"process {Environment.ProcessId}", Token = handle.Token };
    }
}
