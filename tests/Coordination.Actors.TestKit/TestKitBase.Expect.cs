namespace Coordination.Actors.TestKit;

/// <content>Expecting the next message.</content>
public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((_, _) => null, duration, hint, cancellationToken);

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(Equal(message), timeout, hint, cancellationToken);

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(Fits(isMessage), timeout, hint, cancellationToken);

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(Passes(assert), timeout, hint, cancellationToken);

    public T ExpectMsg<T>(
        Func<T, IActorRef?, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((m, s) => isMessageAndSender(m, s) ? null : "does not fit", timeout, hint, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((_, s) => From(sender, s), duration, hint, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((m, s) => Equal(message)(m, s) ?? From(sender, s), timeout, hint, cancellationToken);

    public T ExpectMsgFrom<T>(
        IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((m, s) => Fits(isMessage)(m, s) ?? From(sender, s), timeout, hint, cancellationToken);

    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Expect<T>((m, _) => messages.Contains(m) ? null : "is none of the expected ones", null, null, cancellationToken);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf(RemainingOrDefault, messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages)
    {
        var got = ReceiveN(messages.Length, max);
        var missing = messages.ToList();
        var unexpected = got.Where(m => m is not T typed || !missing.Remove(typed)).ToList();
        if (missing.Count > 0)
            Assertions.Fail($"Not found [{string.Join(", ", missing)}], found unexpected [{string.Join(", ", unexpected)}]");
        return [.. got.Cast<T>()];
    }

    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        ExpectMsg<Terminated>(t => target.Equals(t.ActorRef), timeout, hint ?? $"Terminated {target}", cancellationToken);

    public void ExpectNoMsg(CancellationToken cancellationToken = default) => ExpectNoMsg(RemainingOrDefault, cancellationToken);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (TryReceiveOne(out var envelope, duration, cancellationToken)) Assertions.Fail($"Expected no messages during {duration}, instead we received {envelope}");
    }

    private T Expect<T>(Func<T, IActorRef?, string?> complaint, TimeSpan? timeout, string? hint, CancellationToken cancellationToken)
    {
        TryReceiveOne(out var envelope, timeout, cancellationToken);
        return Judge(envelope, complaint, timeout, hint);
    }

    private T Judge<T>(MessageEnvelope? envelope, Func<T, IActorRef?, string?> complaint, TimeSpan? timeout, string? hint)
    {
        if (envelope is null)
            Assertions.Fail($"Failed: Timeout {GetTimeoutOrDefault(timeout)} while waiting for a message of type {typeof(T)}. {hint}");
        if (envelope.Message is not T message)
        {
            Assertions.Fail($"Failed: Expected a message of type {typeof(T)}, but received {envelope} of type {envelope.Message.GetType()}. {hint}");
            return default!;
        }

        if (complaint(message, envelope.Sender) is { } wrong) Assertions.Fail($"Failed: {envelope} {wrong}. {hint}");
        return message;
    }

    private static Func<T, IActorRef?, string?> Equal<T>(T expected) => (m, _) => Equals(expected, m) ? null : $"is not the expected {expected}";

    private static Func<T, IActorRef?, string?> Fits<T>(Predicate<T> isMessage) => (m, _) => isMessage(m) ? null : "does not fit";

    private static Func<T, IActorRef?, string?> Passes<T>(Action<T> assert) => (m, _) =>
    {
        assert(m);
        return null;
    };

    private static string? From(IActorRef expected, IActorRef? sender) => expected.Equals(sender) ? null : $"is not from {expected}";
}
