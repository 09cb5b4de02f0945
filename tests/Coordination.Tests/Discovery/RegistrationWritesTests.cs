using Coordination.Discovery.Registration;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

public sealed class RegistrationWritesTests : IAsyncDisposable
{
    private static readonly LeaseId Lease = new(7);

    private readonly ManualEtcd _etcd = new();
    private readonly RegistrationWrites _writes;

    public RegistrationWritesTests() => _writes = new RegistrationWrites(_etcd, 2);

    public ValueTask DisposeAsync() => _etcd.DisposeAsync();

    [Fact]
    public async Task While_there_is_room_each_goes_alone_and_at_once()
    {
        var (first, second) = (SendAsync("1"), SendAsync("2"));
        Assert.Equal([["1"], ["2"]], _etcd.Sent);

        _etcd.Answer(0, Made(5, true));
        Assert.Equal(5, (await first).Header.Revision.Value);
        _etcd.Fail(1, new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => second);
    }

    [Fact]
    public async Task Those_that_have_to_wait_go_together_in_order_and_each_gets_its_own_answer_with_the_revision_of_all()
    {
        var alone = SendTwo();
        var waiting = new[] { "3", "4", "5" }.Select(key => SendAsync(key)).ToList();
        _etcd.Answer(0, Made(5, true));
        await alone[0];
        await _etcd.UntilSentAsync(3);
        Assert.Equal(["3", "4", "5"], _etcd.Sent[2]);

        _etcd.Answer(2, Together(9, true, false, true));
        var answers = await Task.WhenAll(waiting);
        Assert.Equal([true, false, true], answers.Select(a => a.Succeeded));
        Assert.All(answers, a => Assert.Equal(9, a.Header.Revision.Value));
    }

    [Fact]
    public async Task No_more_than_a_hundred_and_only_those_of_one_lease_go_together()
    {
        SendTwo();
        var all = Enumerable.Range(0, 130).Select(n => SendAsync($"{n}", n < 110 ? Lease : new LeaseId(8))).ToList();

        _etcd.Answer(0, Made(5, true));
        await _etcd.UntilSentAsync(3);
        _etcd.Answer(2, Together(6, [.. Enumerable.Repeat(true, 100)]));
        await Task.WhenAll(all.Take(100));
        await _etcd.UntilSentAsync(4);
        _etcd.Answer(3, Together(7, [.. Enumerable.Repeat(true, 10)]));
        await Task.WhenAll(all.Take(110));
        await _etcd.UntilSentAsync(5);

        Assert.Equal([100, 10, 20], _etcd.Sent.Skip(2).Select(keys => keys.Count));
    }

    [Fact]
    public async Task Large_ones_do_not_go_together()
    {
        SendTwo();
        var half = new byte[RegistrationWrites.MostBytes / 2];
        foreach (var key in new[] { "3", "4" })
        {
            _ = _writes.SendAsync(new EtcdOp.Txn { Then = [new EtcdOp.Put(key, half)] }, Lease, () => true);
        }

        _etcd.Answer(0, Made(5, true));
        await _etcd.UntilSentAsync(3);

        Assert.Equal(["3"], _etcd.Sent[2]);
    }

    [Fact]
    public async Task When_they_are_refused_together_each_is_sent_alone()
    {
        SendTwo();
        var waiting = new[] { "3", "4" }.Select(key => SendAsync(key)).ToList();
        _etcd.Answer(0, Made(5, true));
        await _etcd.UntilSentAsync(3);

        _etcd.Fail(2, new EtcdException(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "one of them may not"));
        await _etcd.UntilSentAsync(4);
        _etcd.Fail(3, new EtcdException(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "this one may not"));
        await _etcd.UntilSentAsync(5);
        _etcd.Answer(4, Made(6, true));

        Assert.Equal([["3"], ["4"]], _etcd.Sent.Skip(3));
        Assert.Equal("this one may not", (await Assert.ThrowsAsync<EtcdException>(() => waiting[0])).Message);
        Assert.True((await waiting[1]).Succeeded);
    }

    [Theory]
    [InlineData(CoordinationErrorKind.Timeout, WriteOutcome.Unknown)]
    [InlineData(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied)]
    [InlineData(CoordinationErrorKind.Server, WriteOutcome.Unknown)]
    [InlineData(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied)]
    public async Task What_may_have_been_made_or_fails_for_all_of_them_is_not_sent_again(CoordinationErrorKind kind, WriteOutcome outcome)
    {
        SendTwo();
        var waiting = new[] { "3", "4" }.Select(key => SendAsync(key)).ToList();
        _etcd.Answer(0, Made(5, true));
        await _etcd.UntilSentAsync(3);

        _etcd.Fail(2, new EtcdException(kind, outcome, "all of them"));

        foreach (var write in waiting)
        {
            Assert.Equal(outcome, (await Assert.ThrowsAsync<EtcdException>(() => write)).Outcome);
        }

        Assert.Equal(3, _etcd.Sent.Count);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_an_error_for_all_of_them_and_the_room_is_free_again()
    {
        SendTwo();
        var waiting = new[] { "3", "4" }.Select(key => SendAsync(key)).ToList();
        _etcd.Answer(0, Made(5, true));
        await _etcd.UntilSentAsync(3);

        _etcd.Answer(2, Together(6, true));

        foreach (var write in waiting)
        {
            Assert.Equal(CoordinationErrorKind.ProtocolError, (await Assert.ThrowsAsync<EtcdException>(() => write)).Kind);
        }

        _ = SendAsync("5");
        await _etcd.UntilSentAsync(4);
    }

    [Fact]
    public async Task What_is_not_wanted_any_more_when_its_turn_comes_is_never_sent_and_the_room_is_free_again()
    {
        var isWanted = true;
        SendTwo();
        var third = SendAsync("3", isWanted: () => isWanted);
        var fourth = SendAsync("4");

        isWanted = false;
        _etcd.Answer(0, Made(5, true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await _etcd.UntilSentAsync(3);
        _etcd.Answer(2, Made(6, true));
        await fourth;
        _ = SendAsync("5");
        await _etcd.UntilSentAsync(4);

        Assert.Equal([["4"], ["5"]], _etcd.Sent.Skip(2));
    }

    private List<Task<TxnResult>> SendTwo() => [SendAsync("1"), SendAsync("2")];

    // Nobody waits for ever when it is broken.
    private Task<TxnResult> SendAsync(string key, LeaseId? lease = null, Func<bool>? isWanted = null) =>
        _writes.SendAsync(new EtcdOp.Txn { Then = [new EtcdOp.Put(key, "x")] }, lease ?? Lease, isWanted ?? (() => true)).WaitAsync(TimeSpan.FromSeconds(10));

    private static TxnResult Made(long revision, bool succeeded) => new(new EtcdHeader(0, 0, new Revision(revision), 0), succeeded, []);

    private static TxnResult Together(long revision, params bool[] succeeded) =>
        Made(revision, true) with { Results = [.. succeeded.Select(s => Made(0, s))] };

    /// <summary>An etcd whose transactions the test answers by hand.</summary>
    private sealed class ManualEtcd : NoEtcd
    {
        private readonly Lock _lock = new();
        private readonly List<(List<string> Keys, TaskCompletionSource<TxnResult> Answer)> _sent = [];
        private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The keys of each transaction of etcd.</summary>
        public List<List<string>> Sent
        {
            get
            {
                lock (_lock)
                {
                    return [.. _sent.Select(s => s.Keys)];
                }
            }
        }

        public override Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                var answer = new TaskCompletionSource<TxnResult>(TaskCreationOptions.RunContinuationsAsynchronously);
                _sent.Add(([.. Keys(txn)], answer));
                _grown.TrySetResult();
                return answer.Task;
            }
        }

        public void Answer(int index, TxnResult result) => _sent[index].Answer.SetResult(result);

        public void Fail(int index, Exception error) => _sent[index].Answer.SetException(error);

        public async Task UntilSentAsync(int count)
        {
            while (true)
            {
                Task grown;
                lock (_lock)
                {
                    if (_sent.Count >= count)
                    {
                        return;
                    }

                    _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    grown = _grown.Task;
                }

                await grown.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }

        private static IEnumerable<string> Keys(EtcdOp op) => op switch
        {
            EtcdOp.Put put => [put.Key.ToString()],
            EtcdOp.Txn txn => txn.Then.SelectMany(Keys),
            _ => [],
        };
    }
}
