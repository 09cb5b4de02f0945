using Coordination.Discovery.Registration;

namespace Coordination.Tests.Discovery;

public sealed class WriteSlotsTests
{
    private readonly WriteSlots _slots = new(2);
    private readonly List<(int Number, TaskCompletionSource<int> Answer)> _sent = [];

    [Fact]
    public async Task No_more_than_the_limit_are_under_way_and_the_others_come_in_order()
    {
        var all = Enumerable.Range(1, 4).Select(n => SendAsync(n)).ToList();
        Assert.Equal([1, 2], _sent.Select(s => s.Number));

        _sent[0].Answer.SetResult(1);
        await all[0];
        Assert.Equal(3, await NthAsync(2));
        _sent[1].Answer.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => all[1]);

        Assert.Equal(4, await NthAsync(3));
    }

    [Fact]
    public async Task What_is_not_wanted_any_more_when_its_turn_comes_is_never_sent()
    {
        var isWanted = true;
        var first = SendAsync(1);
        var second = SendAsync(2);
        var third = SendAsync(3, () => isWanted);

        isWanted = false;
        _sent[0].Answer.SetResult(1);
        _sent[1].Answer.SetResult(1);
        await Task.WhenAll(first, second);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        var fourth = SendAsync(4);
        _sent[2].Answer.SetResult(1);
        await fourth;

        Assert.Equal([1, 2, 4], _sent.Select(s => s.Number));
    }

    private Task<int> SendAsync(int number, Func<bool>? isWanted = null) => _slots.RunAsync(
        () =>
        {
            var answer = new TaskCompletionSource<int>();
            lock (_sent)
            {
                _sent.Add((number, answer));
                _grown.TrySetResult();
            }

            return answer.Task;
        },
        isWanted ?? (() => true));

    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<int> NthAsync(int index)
    {
        while (true)
        {
            Task grown;
            lock (_sent)
            {
                if (_sent.Count > index)
                {
                    return _sent[index].Number;
                }

                _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
                grown = _grown.Task;
            }

            await grown.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }
}
