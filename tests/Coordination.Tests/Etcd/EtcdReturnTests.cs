using Coordination.Etcd;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Etcd;

public sealed class EtcdReturnTests : IDisposable
{
    // Longer than the pause between two questions with its jitter, shorter than two of them.
    private static readonly TimeSpan OneQuestion = EtcdReturn.Interval * 1.5;

    private readonly FakeTimeProvider _time = new();
    private readonly Answering _etcd = new();
    private readonly EtcdReturn _return;
    private int _calls;

    public EtcdReturnTests() => _return = new EtcdReturn(_etcd, "/probe", _time, Random.Shared);

    public void Dispose() => _return.Dispose();

    [Fact]
    public void While_nobody_waits_nobody_is_asked()
    {
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, _etcd.Asked);
    }

    [Fact]
    public void All_who_wait_are_called_once_when_etcd_answers_and_it_is_asked_for_all_of_them_together()
    {
        for (var who = 0; who < 1000; who++)
        {
            _return.Await(who, () => _calls++);
        }

        Elapse(10);
        var asked = _etcd.Asked;
        Assert.Equal(0, _calls);
        _etcd.Answers = true;
        Elapse(1);

        Assert.InRange(asked, 5, 15);
        Assert.Equal(1000, _calls);
        Elapse(20);
        Assert.Equal(1000, _calls);
        Assert.Equal(asked + 1, _etcd.Asked);
    }

    [Fact]
    public void Who_waits_no_more_is_not_called_and_etcd_is_left_alone()
    {
        _etcd.Answers = true;
        _return.Await(1, () => _calls++);
        _return.Forget(1);
        Elapse(5);

        Assert.Equal((0, 0), (_calls, _etcd.Asked));
    }

    [Fact]
    public void A_refusal_is_an_answer()
    {
        _etcd.Refuses = true;
        _return.Await(1, () => _calls++);
        Elapse(1);

        Assert.Equal(1, _calls);
    }

    [Fact]
    public void An_etcd_that_hangs_is_given_up_and_asked_again()
    {
        // What goes on after the cancellation goes on here, and not somewhere else later.
        SynchronizationContext.SetSynchronizationContext(null);
        _etcd.Hangs = true;
        _return.Await(1, () => _calls++);
        Elapse(1);
        _etcd.Hangs = false;
        _etcd.Answers = true;
        _time.Advance(EtcdReturn.AnswerLimit);
        Elapse(1);

        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Who_fails_again_and_again_although_etcd_answers_is_called_once_in_a_second()
    {
        _etcd.Answers = true;
        void Call()
        {
            _calls++;
            _return.Await(1, Call);
        }

        _return.Await(1, Call);
        for (var n = 0; n < 1000; n++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(_calls, 8, 11);
    }

    [Fact]
    public void Disposed_it_asks_and_calls_no_more()
    {
        _etcd.Answers = true;
        _return.Await(1, () => _calls++);
        _return.Dispose();
        _return.Await(2, () => _calls++);
        Elapse(5);

        Assert.Equal((0, 0), (_calls, _etcd.Asked));
    }

    private void Elapse(int questions)
    {
        for (var n = 0; n < questions; n++)
        {
            _time.Advance(OneQuestion);
        }
    }

    private sealed class Answering : NoEtcd
    {
        public bool Answers { get; set; }

        public bool Refuses { get; set; }

        public bool Hangs { get; set; }

        public int Asked { get; private set; }

        public override Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default)
        {
            Asked++;
            if (Hangs)
            {
                var hanging = new TaskCompletionSource<GetResult>();
                cancellationToken.Register(() => hanging.SetCanceled(cancellationToken));
                return hanging.Task;
            }

            return Answers ? Task.FromResult(new GetResult(new EtcdHeader(1, 1, new Revision(1), 1), [], 0, false))
                : Refuses ? Task.FromException<GetResult>(new EtcdException(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "not you"))
                : base.GetAsync(get, cancellationToken);
        }
    }
}
