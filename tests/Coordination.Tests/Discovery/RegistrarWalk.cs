using Coordination.Discovery.Registration;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

/// <summary>
/// A registrar's machine, a store, and a network between them that the seed makes bad: requests vanish, lose their replies, and commit late when their lease is lost
/// and its journal can tell nothing any more; events of the watch are late; leases end on either side; others delete, overwrite and claim.
/// </summary>
internal sealed class RegistrarWalk
{
    private readonly Random _random;
    private readonly ServiceLayout _layout;
    private readonly RegistrarMachine _machine;
    private readonly MiniStore _store = new();
    private readonly List<EtcdOp.Txn> _late = [];
    private readonly HashSet<RegistrationRequestId> _unanswered = [];
    private readonly List<LeaseId> _old = [];
    private RegistrarEffect.Send? _sent;
    private (KeyRange Keys, int Position)? _watch;
    private bool _timer;
    private LeaseId _lease;
    private long _lastLease;
    private bool _isLeaving;

    public RegistrarWalk(int seed)
    {
        _random = new Random(seed);
        _layout = _random.Next(2) == 0 ? ServiceLayout.Json("/{service}/{id}") : ServiceLayout.FourField();
        _machine = new RegistrarMachine(_layout, ownLease: false, maxRepairs: 3);
        State = RegistrarState.For(new ServiceInstance { Service = "web", Host = "h", Port = 1 });
    }

    public RegistrarState State { get; private set; }

    public void Run(int steps, bool intruders)
    {
        for (var n = 0; n < steps; n++)
        {
            Step(intruders);
        }
    }

    /// <summary>Nothing is bad any more, and everything that is on its way arrives.</summary>
    public void Heal()
    {
        _late.ForEach(txn => _store.Make(txn));
        _late.Clear();
        _old.ForEach(_store.Expire);
        for (var n = 0; n < 200; n++)
        {
            if (_lease.IsNone)
            {
                OpenLease();
            }

            DeliverWatch();
            Deliver();
            Fire();
        }
    }

    public void CheckRegistered()
    {
        Assert.Equal(RegistrationState.Registered, State.Health.State);
        var entries = _layout.EntriesOf(State.Wish, _lease).Select(e => (e.Key, e.Value, _lease));
        Assert.Equal(entries.OrderBy(e => e.Key), _store.Keys.Select(kv => (kv.Key, kv.Value, kv.Lease)));
        Assert.Empty(_unanswered);
    }

    public void CheckGone()
    {
        Assert.Equal(RegistrationState.Deregistered, State.Health.State);
        Assert.DoesNotContain(_store.Keys, kv => kv.Lease == _lease);
        Assert.Empty(_unanswered);
    }

    public void CheckNothingForeignWasTouched(string value)
    {
        var hasKeys = !_layout.EntriesOf(State.Wish, _lease).IsEmpty;
        Assert.Equal(hasKeys ? RegistrationState.Conflict : RegistrationState.Registered, State.Health.State);
        Assert.Equal(value, _store.Keys[0].Value.ToText());
    }

    public void Leave()
    {
        _isLeaving = true;
        var request = RegistrationRequestId.Next();
        _unanswered.Add(request);
        Tell(new RegistrarMessage.Leave(request));
    }

    /// <summary>Somebody else puts our first key on a lease of their own.</summary>
    public void Claim(string value)
    {
        _store.Grant(new LeaseId(999));
        Make(new EtcdOp.Put(_layout.KeysOf(State.Wish, _lease)[0], value) { Lease = new LeaseId(999) });
    }

    private void Step(bool intruders)
    {
        switch (_random.Next(intruders ? 15 : 12))
        {
            case 0 when _lease.IsNone:
                OpenLease();
                break;
            case 1 when !_lease.IsNone && _random.Next(3) == 0:
                LoseLease(expired: _random.Next(2) == 0);
                break;
            case 2 or 3 when _sent is not null:
                Deliver();
                break;
            case 4 when _sent is { } lost:
                _sent = null;
                if (!State.SentOn.IsNone)
                {
                    // Made, or never made: the journal finds out.
                    _ = _random.Next(2) == 0 ? _store.Make(lost.Txn) : null;
                    Tell(new RegistrarMessage.Settled(_store.Revision, [.. _store.Keys.Where(kv => lost.Keys.Contains(kv.Key))]));
                }
                else
                {
                    Abandon(lost.Txn);
                    Fail(WriteOutcome.Unknown);
                }

                break;
            case 5 when _sent is not null:
                _sent = null;
                Fail(WriteOutcome.NotApplied);
                break;
            case 6 when _late.Count > 0:
                _store.Make(_late[0]);
                _late.RemoveAt(0);
                break;
            case 7 or 8:
                DeliverWatch();
                break;
            case 9:
                Fire();
                break;
            case 10 when !_isLeaving:
                var request = RegistrationRequestId.Next();
                _unanswered.Add(request);
                var state = _random.Next(3) == 0 ? InstanceState.Draining : InstanceState.Serving;
                var isJson = _layout.Form is ServiceForm.Json;
                Tell(new RegistrarMessage.Wish(
                    State.Wish with { Scheme = $"s{_random.Next(3)}", State = state, Weight = isJson ? _random.Next(100) : ServiceInstance.DefaultWeight }, request));
                break;
            case 11 when _watch is not null && _random.Next(4) == 0:
                // The history was cut: all is read again.
                _watch = _watch.Value with { Position = _store.Log.Count };
                Tell(new RegistrarMessage.Resynced(_store.Revision, [.. _store.Keys.Where(kv => _watch.Value.Keys.Contains(kv.Key))]));
                break;
            case 12:
                Make(new EtcdOp.Delete(Any()));
                break;
            case 13:
                Make(new EtcdOp.Put(Any(), "garbage"));
                break;
            case 14:
                Tell(new RegistrarMessage.TimerFired(RegistrarTimer.Forget));
                break;
        }
    }

    private Bytes Any() => _layout.KeysOf(State.Wish, _lease) is var keys ? keys[_random.Next(keys.Length)] : default;

    private void Make(EtcdOp op) => _store.Make(new EtcdOp.Txn { Then = [op] });

    private void OpenLease()
    {
        _lease = new LeaseId(++_lastLease);
        _store.Grant(_lease);
        Tell(new RegistrarMessage.LeaseOpened(_lease));
    }

    private void LoseLease(bool expired)
    {
        if (expired)
        {
            _store.Expire(_lease);
        }

        var lost = _lease;
        _lease = LeaseId.None;
        if (_sent is { } sent && State.SentOn == lost)
        {
            _sent = null;
            Abandon(sent.Txn);
        }

        Tell(new RegistrarMessage.LeaseLost(lost));
        if (!expired)
        {
            // The server lets it go later, in its own time.
            _old.Add(lost);
        }
    }

    /// <summary>Nobody hears of it any more: it is made, or never made, or made some time later.</summary>
    private void Abandon(EtcdOp.Txn txn)
    {
        if (_random.Next(2) == 0)
        {
            _store.Make(txn);
        }
        else if (_random.Next(2) == 0)
        {
            _late.Add(txn);
        }
    }

    private void Deliver()
    {
        if (_sent is { } sent)
        {
            _sent = null;
            if (_store.Make(sent.Txn) is { } result)
            {
                Tell(new RegistrarMessage.Written(result.Header.Revision, RegistrarTxns.Shown(result)));
            }
            else
            {
                Fail(WriteOutcome.NotApplied);
            }
        }
    }

    private void Fail(WriteOutcome outcome) =>
        Tell(new RegistrarMessage.WriteFailed(new EtcdException(CoordinationErrorKind.Unavailable, outcome, "walk")));

    private void Fire()
    {
        if (_timer)
        {
            _timer = false;
            Tell(new RegistrarMessage.TimerFired(RegistrarTimer.Retry));
        }
    }

    private void DeliverWatch()
    {
        if (_watch is { } watch)
        {
            var news = _store.Log.Skip(watch.Position).Where(e => watch.Keys.Contains(e.Current.Key)).GroupBy(e => e.Current.ModRevision).ToList();
            _watch = watch with { Position = _store.Log.Count };
            foreach (var revision in news)
            {
                Tell(new RegistrarMessage.Changed(revision.Key, [.. revision]));
            }
        }
    }

    private void Tell(RegistrarMessage message)
    {
        var (state, effects) = _machine.Handle(State, message);
        State = state;
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RegistrarEffect.Send e:
                    Assert.Null(_sent);
                    _sent = e;
                    break;
                case RegistrarEffect.StartWatch e:
                    Assert.Null(_watch);
                    _watch = (e.Keys, _store.Log.TakeWhile(x => x.Current.ModRevision < e.From).Count());
                    break;
                case RegistrarEffect.StopWatch:
                    _watch = null;
                    break;
                case RegistrarEffect.SetRetryTimer:
                    _timer = true;
                    break;
                case RegistrarEffect.CancelTimer { Timer: RegistrarTimer.Retry }:
                    _timer = false;
                    break;
                case RegistrarEffect.Reply e:
                    Assert.True(_unanswered.Remove(e.Request));
                    break;
            }
        }
    }
}
