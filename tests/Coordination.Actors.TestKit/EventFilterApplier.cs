namespace Coordination.Actors.TestKit;

internal sealed class EventFilterApplier(TestKitBase kit, ActorSystem system, IReadOnlyList<Func<object, bool>> filters) : IEventFilterApplier
{
    public EventFilterFactory And => new(kit, system, filters);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Expect(expectedCount, kit.TestKitSettings.TestEventFilterLeeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default)
    {
        using var counter = new Counter(system, filters);
        action();
        Judge(expectedCount, counter.Await(expectedCount, timeout, cancellationToken), timeout);
    }

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default)
    {
        T result = default!;
        Expect(expectedCount, () => { result = func(); }, cancellationToken);
        return result;
    }

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Expect(1, func, cancellationToken);

    public async Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default)
    {
        using var counter = new Counter(system, filters);
        await actionAsync();
        var timeout = kit.TestKitSettings.TestEventFilterLeeway;
        Judge(expectedCount, counter.Await(expectedCount, timeout, cancellationToken), timeout);
    }

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default) => action();

    private static void Judge(int expected, int got, TimeSpan timeout)
    {
        if (got != expected) Assertions.Fail($"Expected {expected} events within {timeout}, received {got}.");
    }

    /// <summary>Listens on the event stream, in the order of publication.</summary>
    private sealed class Counter : IDisposable
    {
        private readonly TestProbe _listener;
        private readonly IReadOnlyList<Func<object, bool>> _filters;
        private readonly ActorSystem _system;

        public Counter(ActorSystem system, IReadOnlyList<Func<object, bool>> filters)
        {
            (_system, _filters, _listener) = (system, filters, new TestProbe(system));
            system.EventStream.Subscribe(_listener.Ref, typeof(LogEvent));
            system.EventStream.Subscribe(_listener.Ref, typeof(AllDeadLetters));
        }

        public int Await(int expected, TimeSpan timeout, CancellationToken cancellationToken)
        {
            var start = TimeProvider.System.GetTimestamp();
            var got = 0;
            while (expected == 0 || got < expected)
            {
                var left = timeout - TimeProvider.System.GetElapsedTime(start);
                if (left < TimeSpan.Zero || !_listener.TryReceiveOne(out var envelope, left, cancellationToken)) return got;
                Count(envelope!);
            }

            while (_listener.TryReceiveOne(out var more, TimeSpan.Zero, cancellationToken)) Count(more!); // more than expected is wrong too
            return got;

            void Count(MessageEnvelope envelope)
            {
                if (_filters.Any(filter => filter(envelope.Message))) got++;
            }
        }

        public void Dispose() => _system.Stop(_listener.Ref);
    }
}
