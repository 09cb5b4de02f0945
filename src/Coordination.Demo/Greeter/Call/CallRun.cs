using Coordination.Demo.Cli;
using Coordination.Demo.Services;
using Coordination.Time;
using Grpc.Core;

namespace Coordination.Demo.Greeter.Call;

/// <summary>Calls the greeters in a loop, through a channel that knows only their name.</summary>
internal sealed class CallRun(CallSettings settings, Greeter.GreeterClient greeter, IServiceDiscovery discovery, ICallView view)
{
    // Each call has a list of its own; the balancer's listener runs in the call's own flow.
    private static readonly AsyncLocal<List<BalancedAttempt>?> Attempts = new();

    private static readonly Func<Greeter.GreeterClient, GreetRequest, CallOptions, AsyncUnaryCall<GreetReply>>[] Ways =
    [
        static (greeter, request, call) => greeter.SayHelloAsync(request, call),
        static (greeter, request, call) => greeter.MorningAsync(request, call),
        static (greeter, request, call) => greeter.NightAsync(request, call),
    ];

    private readonly MonotonicClock _clock = new(TimeProvider.System);
    private readonly Instant _start = new MonotonicClock(TimeProvider.System).Now;
    private readonly CallBoard _board = new();
    private int _number;

    /// <summary>Gives an attempt to the call that it belongs to.</summary>
    public static void Attempted(BalancedAttempt attempt) => Attempts.Value?.Add(attempt);

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var following = FollowAsync(end.Token);
        await view.ShowAsync(_board, () => Task.WhenAll(Enumerable.Range(0, settings.Parallel).Select(_ => LoopAsync(stopping)))).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await following.ConfigureAwait(false);
        var summary = _board.Summary(_clock.Now - _start, stopping.IsCancellationRequested && settings.Count > 0);
        view.End(summary);
        return summary.Interrupted ? ExitCode.Interrupted : summary.Failed > 0 ? ExitCode.CheckFailed : ExitCode.Ok;
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && Interlocked.Increment(ref _number) is var number && (settings.Count == 0 || number <= settings.Count))
        {
            var start = _clock.Now;
            if (await CallAsync(number, start, stopping).ConfigureAwait(false) is not { } report)
            {
                return;
            }

            _board.Add(report);
            view.Called(report);
            var left = settings.Interval - (_clock.Now - start);
            if (left > TimeSpan.Zero && number != settings.Count)
            {
                await stopping.ForAsync(left).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null: it was interrupted.</summary>
    private async Task<CallReport?> CallAsync(int number, Instant start, CancellationToken stopping)
    {
        List<BalancedAttempt> attempts = [];
        Attempts.Value = attempts;
        GreetReply? reply = null;
        string? error = null;
        try
        {
            reply = await GreetAsync(number, stopping).ConfigureAwait(false);
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.Cancelled && stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (RpcException failure)
        {
            error = $"{failure.StatusCode}: {failure.Status.Detail}";
        }

        return new CallReport(number, _clock.Now - _start, _clock.Now - start, attempts, reply, error);
    }

    private AsyncUnaryCall<GreetReply> GreetAsync(int number, CancellationToken stopping)
    {
        var request = new GreetRequest { Name = settings.Name };
        var options = new CallOptions(deadline: (TimeProvider.System.GetUtcNow() + settings.Timeout).UtcDateTime, cancellationToken: stopping);
        return (number % 3) switch
        {
            0 => greeter.SayHelloAsync(request, options),
            1 => greeter.MorningAsync(request, options),
            _ => greeter.NightAsync(request, options),
        };
    }

    private async Task FollowAsync(CancellationToken end)
    {
        try
        {
            await foreach (var change in discovery.ChangesAsync(end).ConfigureAwait(false))
            {
                _board.See(discovery.Current);
                foreach (var line in ChangeText.Lines(change))
                {
                    view.Changed(_clock.Now - _start, line);
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
