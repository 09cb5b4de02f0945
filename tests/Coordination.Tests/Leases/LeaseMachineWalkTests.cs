using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Leases;

/// <summary>
/// A lease machine with its validity, a clock that moves by leaps, and a server whose clock is as fast as the bound allows. Grants and renewals are
/// applied and answered late, twice out of order, or never; the server lets the lease run out and people revoke it.
/// </summary>
public sealed class LeaseMachineWalkTests
{
    private const double ClockRateBound = 0.01;
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_lease_is_never_claimed_longer_than_the_server_keeps_it(int seed)
    {
        for (var i = 0; i < 1500; i++)
        {
            var walk = new Walk(new Random((seed * 1_000_000) + i));
            try
            {
                walk.Go(80);
            }
            catch (InvalidOperationException broken)
            {
                Assert.Fail($"{broken.Message} (seed {(seed * 1_000_000) + i})\n  {string.Join("\n  ", walk.Story)}");
            }
        }
    }

    private sealed class Walk
    {
        private readonly Random _random;
        private readonly FakeTimeProvider _time = new();
        private readonly MonotonicClock _clock;
        private readonly LeaseSettings _settings = new(Ttl, ClockRateBound);
        private readonly LeaseMachine _machine;
        private readonly List<Call> _calls = [];
        private readonly Dictionary<LeaseTimer, Instant> _timers = [];
        private readonly Dictionary<LeaseId, Instant> _serverEnds = [];
        private LeaseState _state = new LeaseState.Idle();
        private LeaseValidity? _validity;
        private Instant? _best;
        private bool _lost;
        private bool _ended;
        private long _ids;

        public Walk(Random random)
        {
            _random = random;
            _clock = new MonotonicClock(_time);
            _machine = new LeaseMachine(_settings, () => new LeaseId(++_ids));
            Tell(new LeaseMessage.Acquire(Now));
        }

        public List<string> Story { get; } = [];

        private Instant Now => _clock.Now;

        public void Go(int steps)
        {
            for (var i = 0; i < steps && !_ended; i++)
            {
                Step();
                Check();
            }
        }

        private void Step()
        {
            switch (_random.Next(10))
            {
                case 0 or 1:
                    _time.Advance(Ttl * _random.NextDouble() * (_random.Next(10) == 0 ? 2 : 0.2));
                    Story.Add($"{At()} the clock moves");
                    break;
                case 2 or 3 when Pick(c => !c.IsApplied) is { } call:
                    Apply(call);
                    break;
                case 4 or 5 when Pick(c => c.IsApplied) is { } call:
                    _calls.Remove(call);
                    Tell(call.Reply!(Now));
                    break;
                case 6 when _random.Next(3) == 0 && Pick(_ => true) is { } call:
                    Fail(call);
                    break;
                case 7 when _timers.Count > 0:
                    var timer = _timers.MinBy(t => t.Value);
                    if (timer.Value > Now)
                    {
                        _time.Advance(timer.Value - Now);
                    }

                    _timers.Remove(timer.Key);
                    Tell(new LeaseMessage.TimerFired(timer.Key, Now));
                    break;
                case 8 when _random.Next(20) == 0:
                    Tell(new LeaseMessage.Verify(new LeaseId(_ids), Now));
                    break;
                case 9 when _random.Next(40) == 0:
                    _serverEnds.Remove(new LeaseId(_ids));
                    Story.Add($"{At()} somebody revokes the lease");
                    break;
                case 9 when _random.Next(80) == 0:
                    Tell(new LeaseMessage.Release(Now));
                    break;
            }
        }

        private void Apply(Call call)
        {
            var alive = _serverEnds.TryGetValue(call.Id, out var end) && Now < end;

            // The server's clock is faster by the bound: its TTL is over earlier than ours.
            var renewed = Now + (Ttl * (1 - ClockRateBound));
            call.IsApplied = true;
            switch (call.IsGrant)
            {
                case true when alive:
                    call.Reply = now => new LeaseMessage.GrantFailed(new(CoordinationErrorKind.LeaseAlreadyExists, WriteOutcome.NotApplied, "exists"), now);
                    break;
                case true:
                    _serverEnds[call.Id] = renewed;
                    call.Reply = now => new LeaseMessage.Granted(call.SentAt, Ttl, now);
                    break;
                case false when alive:
                    _serverEnds[call.Id] = renewed;
                    call.Reply = now => new LeaseMessage.Renewed(call.SentAt, Ttl, now);
                    break;
                default:
                    call.Reply = now => new LeaseMessage.Renewed(call.SentAt, TimeSpan.Zero, now);
                    break;
            }

            Story.Add($"{At()} etcd applies {call}");
        }

        private void Fail(Call call)
        {
            _calls.Remove(call);
            var error = new EtcdException(
                CoordinationErrorKind.Timeout, call.IsApplied || _random.Next(2) == 0 ? WriteOutcome.Unknown : WriteOutcome.NotApplied, "failed");

            // An unknown one may still be applied, and its reply is lost.
            if (!call.IsApplied && error.Outcome == WriteOutcome.Unknown && _random.Next(2) == 0)
            {
                Apply(call);
            }

            Tell(call.IsGrant ? new LeaseMessage.GrantFailed(error, Now) : new LeaseMessage.RenewalFailed(error, Now));
        }

        private void Tell(LeaseMessage message)
        {
            var before = _state;
            if (message is LeaseMessage.Renewed { Ttl.Ticks: > 0 } renewed)
            {
                Acknowledged(renewed.SentAt);
            }
            else if (message is LeaseMessage.Granted granted)
            {
                Acknowledged(granted.SentAt);
            }

            var (state, effects) = _machine.Handle(_state, message);
            _state = state;
            Story.Add($"{At()} {message} -> {state}");
            if (before is LeaseState.Lost && state is not (LeaseState.Lost or LeaseState.Releasing or LeaseState.Ended))
            {
                throw new InvalidOperationException("Lost is terminal");
            }

            foreach (var effect in effects)
            {
                Run(effect);
            }
        }

        private void Acknowledged(Instant sentAt)
        {
            var deadline = sentAt + (Ttl * (1 - ClockRateBound)) - TimeSpan.FromMilliseconds(500);
            _best = _best is { } best && best > deadline ? best : deadline;
        }

        private void Run(LeaseEffect effect)
        {
            switch (effect)
            {
                case LeaseEffect.SendGrant e:
                    _calls.Add(new Call(IsGrant: true, e.Id, Now));
                    break;
                case LeaseEffect.SendKeepAlive e:
                    _calls.Add(new Call(IsGrant: false, e.Id, Now));
                    break;
                case LeaseEffect.SendRevoke e:
                    _serverEnds.Remove(e.Id);
                    break;
                case LeaseEffect.SetTimer e:
                    _timers[e.Timer] = Now + e.After;
                    break;
                case LeaseEffect.SetRetryTimer e:
                    _timers[e.Timer] = Now + BackoffPolicy.Default.After(e.Failures, _random);
                    break;
                case LeaseEffect.CancelTimers:
                    _timers.Clear();
                    break;
                case LeaseEffect.Open e:
                    Promise(_validity is null, "a lease is opened once");
                    _validity = new LeaseValidity(e.Id, e.Ttl, e.Deadline, _clock);
                    break;
                case LeaseEffect.Extend e:
                    Promise(!_lost, "nothing is extended after the loss");
                    Promise(_validity!.TryExtend(e.Deadline), "the machine knows when the claim has run out");
                    break;
                case LeaseEffect.Lose e:
                    _lost = true;
                    _validity?.Lose(e.Reason);
                    break;
                case LeaseEffect.End:
                    _ended = true;
                    break;
            }
        }

        private void Check()
        {
            Promise(_validity?.Deadline is not { } deadline || deadline <= _best, "the deadline is that of an acknowledged renewal, from its send time");
            Promise(_validity is not { IsHeld: true } || !_lost, "nothing is held after the loss");

            // Revoked from outside is not seen at once; run out is never seen too late.
            Promise(_validity is not { IsHeld: true } held || !_serverEnds.TryGetValue(held.Id, out var end) || Now < end, "a claim ends before the server's lease");
            Promise(_state is not LeaseState.Held || _timers.ContainsKey(LeaseTimer.Deadline), "the deadline is watched");
            Promise(
                _state is not LeaseState.Held { IsRenewing: false } || _timers.ContainsKey(LeaseTimer.Renew) || _calls.Any(c => !c.IsGrant),
                "somebody renews the lease");
        }

        private Call? Pick(Func<Call, bool> which)
        {
            var calls = _calls.Where(which).ToList();
            return calls.Count == 0 ? null : calls[_random.Next(calls.Count)];
        }

        private string At() => $"{new TimeSpan(Now.Ticks).TotalSeconds:0.000}";

        private static void Promise(bool kept, string promise)
        {
            if (!kept)
            {
                throw new InvalidOperationException(promise);
            }
        }

        private sealed record Call(bool IsGrant, LeaseId Id, Instant SentAt)
        {
            public bool IsApplied { get; set; }

            public Func<Instant, LeaseMessage>? Reply { get; set; }

            public override string ToString() => $"{(IsGrant ? "the grant" : "the renewal")} sent at {new TimeSpan(SentAt.Ticks).TotalSeconds:0.000}";
        }
    }
}
