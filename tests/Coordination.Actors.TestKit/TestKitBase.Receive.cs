using System.Runtime.CompilerServices;

namespace Coordination.Actors.TestKit;

/// <content>Taking messages as they come.</content>
public abstract partial class TestKitBase
{
    public bool TryReceiveOne(out MessageEnvelope? envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        envelope = Note(_queue.TryTake(NotNegative(GetTimeoutOrDefault(max)), cancellationToken));
        return envelope is not null;
    }

    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        TryReceiveOne(out var envelope, max, cancellationToken) ? envelope!.Message : null;

    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await TryTakeAsync(max, cancellationToken))?.Message;

    public object? PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        AwaitConditionNoThrow(() => _queue.HasMessages, GetTimeoutOrDefault(max), null, cancellationToken);
        return _queue.TryPeek()?.Message;
    }

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, cancellationToken);

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        var end = new Deadline(Dilated(max));
        var messages = new List<object>();
        while (messages.Count < numberOfMessages)
        {
            if (!TryReceiveOne(out var envelope, end.Left, cancellationToken))
                Assertions.Fail($"Timeout ({max}) while expecting {numberOfMessages} messages. Only got {messages.Count} after {max}.");
            messages.Add(envelope!.Message);
        }

        return messages;
    }

    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveNAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    public async IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var end = new Deadline(Dilated(max));
        for (var got = 0; got < numberOfMessages; got++)
        {
            if (await TryTakeAsync(end.Left, cancellationToken) is not { } envelope)
            {
                Assertions.Fail($"Timeout ({max}) while expecting {numberOfMessages} messages. Only got {got} after {max}.");
                yield break;
            }

            yield return envelope.Message;
        }
    }

    public IReadOnlyList<T> ReceiveWhile<T>(
        Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class
    {
        var end = new Deadline(GetTimeoutOrDefault(max));
        var taken = new List<T>();
        while (taken.Count < msgs)
        {
            var wait = idle is { } pause && pause < end.Left ? pause : end.Left;
            if (!AwaitConditionNoThrow(() => _queue.HasMessages, NotNegative(wait), null, cancellationToken)) break;
            if (filter(_queue.TryPeek()!.Message) is not { } wanted) break;
            TryReceiveOne(out _, TimeSpan.Zero, cancellationToken);
            taken.Add(wanted);
        }

        return taken;
    }

    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class => ReceiveWhile(filter, max, null, msgs, cancellationToken);

    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var end = new Deadline(GetTimeoutOrDefault(max));
        while (TryReceiveOne(out var envelope, end.Left, cancellationToken))
        {
            if (envelope!.Message is T message && isMessage(message)) return message;
        }

        Assertions.Fail($"Timeout ({GetTimeoutOrDefault(max)}) during FishForMessage, last message was {LastMessage ?? "nothing"}. {hint}");
        return default!;
    }

    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var end = new Deadline(GetTimeoutOrDefault(max));
        while (await TryTakeAsync(end.Left, cancellationToken) is { } envelope)
        {
            if (envelope.Message is T message && isMessage(message)) return message;
        }

        Assertions.Fail($"Timeout ({GetTimeoutOrDefault(max)}) during FishForMessageAsync, last message was {LastMessage ?? "nothing"}. {hint}");
        return default!;
    }

    private async ValueTask<MessageEnvelope?> TryTakeAsync(TimeSpan? max, CancellationToken cancellationToken) =>
        Note(await _queue.TryTakeAsync(NotNegative(GetTimeoutOrDefault(max)), cancellationToken));

    private MessageEnvelope? Note(MessageEnvelope? envelope)
    {
        (LastMessage, LastSender) = (envelope?.Message, envelope?.Sender);
        return envelope;
    }

    private static TimeSpan NotNegative(TimeSpan time) => time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : time;

    private readonly struct Deadline(TimeSpan after)
    {
        private readonly long _start = TimeProvider.System.GetTimestamp();

        public TimeSpan Left => NotNegative(after - TimeProvider.System.GetElapsedTime(_start));
    }
}
