using System.Globalization;
using Coordination.Time;

namespace Coordination.Discovery.Balancing;

/// <summary>
/// One service that is sent to: its view, its <see cref="Balancer"/> and its retry budget behind one lock, and those who wait for an instance. Thread-safe.
/// </summary>
internal sealed class BalancedService : IAsyncDisposable
{
    private readonly BalancingOptions _options;
    private readonly IServiceViews _views;
    private readonly MonotonicClock _clock;
    private readonly Balancer _balancer;
    private readonly RetryBudget _budget;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _following;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceView? _seen;
    private int _waiting;

    public BalancedService(string name, BalancingOptions options, IServiceViews views, MonotonicClock clock, Random random)
    {
        Name = name;
        _options = options;
        _views = views;
        _clock = clock;
        _balancer = new Balancer(options, random);
        _budget = new RetryBudget(options.RetryShare, options.RetryBurst);
        _following = FollowAsync();
    }

    public string Name { get; }

    /// <summary>Chooses for a new request; waits for an instance when there is none.</summary>
    /// <exception cref="HttpRequestException">There was none in time; the message says what is known, the cause is a <see cref="CoordinationException"/>.</exception>
    public ValueTask<Pick> ChooseAsync(bool secure, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _budget.Requested();
            if (Choose(secure, []) is { } pick)
            {
                return new ValueTask<Pick>(pick);
            }
        }

        return WaitAsync(secure, cancellationToken);
    }

    /// <summary>Chooses for a retry, if the budget allows it and there is somebody else.</summary>
    public (Pick? Pick, bool IsSpent) ChooseAnother(bool secure, IReadOnlyCollection<string> tried)
    {
        lock (_lock)
        {
            if (Choose(secure, tried) is not { } pick)
            {
                return (null, false);
            }

            if (_budget.TryTake())
            {
                return (pick, false);
            }

            Balancer.Ended(pick);
            return (null, true);
        }
    }

    /// <summary>The attempt brought no response.</summary>
    public Ejected? Failed(Pick pick, AttemptOutcome outcome)
    {
        lock (_lock)
        {
            Balancer.Ended(pick);
            return _balancer.Judge(pick, outcome, _clock.Now);
        }
    }

    /// <summary>A response began. What is to be thought of one that looks good is known only when it is over.</summary>
    public Ejected? Began(Pick pick, AttemptOutcome outcome)
    {
        lock (_lock)
        {
            return outcome is AttemptOutcome.Answered ? null : _balancer.Judge(pick, outcome, _clock.Now);
        }
    }

    /// <summary>A response is over.</summary>
    public Ejected? Ended(Pick pick, AttemptOutcome outcome, bool broken)
    {
        lock (_lock)
        {
            Balancer.Ended(pick);
            return broken ? _balancer.Judge(pick, AttemptOutcome.Broken, _clock.Now)
                : outcome is AttemptOutcome.Answered ? _balancer.Judge(pick, outcome, _clock.Now)
                : null;
        }
    }

    public TimeSpan Since(Pick pick) => _clock.Now - pick.At;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _views.Dispose();
    }

    private Pick? Choose(bool secure, IReadOnlyCollection<string> tried)
    {
        var view = _views.Current;
        if (!ReferenceEquals(view, _seen))
        {
            _seen = view;
            _balancer.See(view.Instances);
        }

        return _balancer.Choose(_clock.Now, secure, tried);
    }

    private async ValueTask<Pick> WaitAsync(bool secure, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > _options.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw NoInstance(
                CoordinationErrorKind.LimitReached,
                string.Create(CultureInfo.InvariantCulture, $"{Explain(secure)}; {_options.MaxWaiting} requests wait for one already (MaxWaiting)"));
        }

        using var limit = new CancellationTokenSource(_options.InstanceWait, _clock.Provider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ending.Token, cancellationToken);
        try
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    changed = _changed.Task;
                    if (Choose(secure, []) is { } pick)
                    {
                        return pick;
                    }
                }

                await changed.WaitAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw _ending.IsCancellationRequested
                ? NoInstance(CoordinationErrorKind.Stopped, "the balancer is disposed, or the coordination system has stopped")
                : NoInstance(
                    CoordinationErrorKind.NoInstance,
                    string.Create(CultureInfo.InvariantCulture, $"{Explain(secure)}; waited {_options.InstanceWait.TotalSeconds:0.###} s for one (InstanceWait)"));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private string Explain(bool secure)
    {
        lock (_lock)
        {
            return _seen switch
            {
                null or { IsKnown: false } => "etcd has not been read yet, so nothing is known of its instances",
                { IsStale: true } view => $"{_balancer.Explain(secure)} in the last view, at revision {view.Revision}; etcd is away, so that may be old",
                { } view => $"{_balancer.Explain(secure)} at revision {view.Revision}",
            };
        }
    }

    /// <summary>For HTTP it is an address that leads nowhere; callers that know HTTP only understand that.</summary>
    private HttpRequestException NoInstance(CoordinationErrorKind kind, string why)
    {
        var error = new CoordinationException(kind, $"The service '{Name}' has no instance to send to: {why}.");
        return new HttpRequestException(HttpRequestError.NameResolutionError, error.Message, error);
    }

    /// <summary>Wakes those who wait whenever the view changes.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (var change in _views.ChangesAsync(_ending.Token).ConfigureAwait(false))
            {
                _ = change;
                Wake();
            }

            // The system has stopped. The last view stays, nobody needs to wait for another one.
            await _ending.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        catch (CoordinationException)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            woken = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        woken.SetResult();
    }
}
