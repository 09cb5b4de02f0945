using Akka.Actor;
using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Supervision;
using Etcdserverpb;
using Google.Protobuf.Collections;

namespace Coordination.Simulation;

/// <summary>How a run ended.</summary>
/// <param name="Violation">What did not hold; null when everything did.</param>
/// <param name="Claims">How often something was granted.</param>
/// <param name="Trace">What happened, when that was asked for.</param>
internal sealed record Outcome(string? Violation, int Claims, string Trace);

/// <summary>Carries out plans, one after the other, on the thread that made it.</summary>
internal sealed class Simulator
{
    /// <summary>When nothing goes wrong any more, every request is to be answered within so long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Never = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);
    private readonly SimProcess[] _processes = [.. Enumerable.Range(0, 3).Select(static n => new SimProcess($"p{n}"))];

    public Outcome Run(Plan plan, bool isTraced = false)
    {
        var world = new World(plan.Seed, isTraced);
        var claims = new Claims(world);
        var surroundings = SynchronizationContext.Current;
        try
        {
            // With a context, what awaits a reply would go on in another thread.
            SynchronizationContext.SetSynchronizationContext(null);
            new Course(world, plan, claims, _processes[..plan.Processes]).Run();
            return new Outcome(null, claims.Count, world.Trace);
        }
        catch (ViolationException violation)
        {
            world.Note("", $"VIOLATION: {violation.Message}");
            return new Outcome(violation.Message, claims.Count, world.Trace);
        }
        finally
        {
            foreach (var process in _processes.Where(static process => process.IsUp))
            {
                process.Continue();
                process.Kill();
            }

            // What is left of the actors ends.
            world.Observe = null;
            world.RunUntil(world.Now + TimeSpan.FromMinutes(5), RunActors);
            SynchronizationContext.SetSynchronizationContext(surroundings);
        }
    }

    private bool RunActors()
    {
        var ran = false;
        foreach (var process in _processes)
        {
            ran |= process.RunOne();
        }

        return ran;
    }

    /// <summary>One run.</summary>
    private sealed class Course
    {
        private readonly World _world;
        private readonly Plan _plan;
        private readonly Claims _claims;
        private readonly SimProcess[] _processes;
        private readonly SimEtcd _etcd;
        private readonly List<User> _users = [];
        private readonly List<(SimProcess Process, CoordinationContext Context, Mirror Told)> _mirrors = [];
        private readonly List<(SimProcess Process, Seeker Told)> _seekers = [];
        private bool _isBusy = true;

        public Course(World world, Plan plan, Claims claims, SimProcess[] processes)
        {
            (_world, _plan, _claims, _processes) = (world, plan, claims, processes);
            _etcd = new SimEtcd(world);
        }

        public void Run()
        {
            _world.Observe = _claims.Look;
            foreach (var process in _processes)
            {
                process.Enter(_world, 1 + ((_world.Random.NextDouble() - 0.5) * 0.01));
                Start(process);
            }

            foreach (var wish in _plan.Wishes)
            {
                _world.At(wish.At, () => Begin(wish));
            }

            foreach (var fault in _plan.Faults)
            {
                _world.At(fault.At, () => Happen(fault));
            }

            _world.RunUntil(Plan.Busy, RunActors);
            Settle();
            Compare();
            Leave();
            _claims.End();
            Judge(_claims.Holdings);
            _world.ThrowIfViolated();
        }

        private void Start(SimProcess process)
        {
            process.Start(
                new CoordinationOptions
                {
                    Owner = process.Name, Name = process.Name, SessionTtl = _plan.Ttl, StopTimeout = TimeSpan.FromSeconds(5),
                    Etcd = new EtcdClientOptions { RequestTimeout = RequestTimeout },

                    // Nobody is saved by looking again after a while: news that is lost shows.
                    Locks = new LockOptions { FallbackInterval = Never },
                    Elections = new ElectionOptions { FallbackInterval = Never },
                },
                new SimClient(_world, _etcd, process, _isBusy ? _plan.Network : new Network(), RequestTimeout, _plan.IsOldEtcd));
            if (_plan.HasMirrors)
            {
                _mirrors.Add((process, process.Context, Mirror.Begin(process)));
                _seekers.Add((process, Seeker.Begin(process)));
            }
        }

        private void Begin(Wish wish)
        {
            var process = _processes[wish.Process];
            process.Deliver(() =>
            {
                if (process.IsUp)
                {
                    _users.Add(User.Begin(_world, process, _claims, wish));
                }
            });
        }

        private void Happen(Fault fault)
        {
            var process = _processes[fault.Process];
            switch (fault.Kind)
            {
                case FaultKind.EtcdRestart:
                    _etcd.Restart(fault.For);
                    break;
                case FaultKind.Compaction:
                    _etcd.Compact();
                    break;
                case FaultKind.Cut when process is { IsUp: true, Client.IsCut: false }:
                    process.Client.Cut(fault.For);
                    break;
                case FaultKind.LeaderChange when _etcd.IsUp && process is { IsUp: true, Client.IsCut: false }:
                    process.Client.StayWithDeposedLeader(fault.For);
                    break;
                case FaultKind.Restore when _etcd.IsUp:
                    _etcd.RestoreBackup((_plan.Ttl * 1.05) + fault.For, age: _world.Random.NextDouble());
                    break;
                case FaultKind.Stop when !process.IsStopped:
                    _world.Note(process.Name, "stands still");
                    process.Stop();
                    _world.After(fault.For, () =>
                    {
                        _world.Note(process.Name, "goes on");
                        process.Continue();
                    });
                    break;
                case FaultKind.Kill when process is { IsUp: true, IsStopped: false }:
                    _world.Note(process.Name, "is killed");
                    var killed = process.Context;
                    process.Kill();
                    _users.RemoveAll(user => user.IsOf(killed));
                    _world.After(fault.For, () =>
                    {
                        _world.Note(process.Name, "is started");
                        Start(process);
                    });
                    break;
                case FaultKind.Deletion when _etcd.IsUp:
                    var deleted = _etcd.Node.DeleteRange(new DeleteRangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("/a") });
                    _world.Note("etcd", $"/a deleted by somebody, {deleted.Deleted}");
                    _claims.Rob("Mutex /a", _etcd.Node.Store.CurrentRevision);
                    break;
            }
        }

        /// <summary>Nothing goes wrong any more: everybody gets an answer.</summary>
        private void Settle()
        {
            _isBusy = false;
            foreach (var process in _processes.Where(static process => process.IsUp))
            {
                process.Client!.Network = new Network();
            }

            User? waiting;
            while ((waiting = _users.Find(static user => user.Awaited is not null || !user.IsDone)) is not null && _world.Now < Plan.Busy + Settling)
            {
                _world.RunUntil(_world.Now + TimeSpan.FromSeconds(1), RunActors);
            }

            if (waiting is not null)
            {
                _world.Violate($"{waiting} still waits for {waiting.Awaited ?? "its time"}");
            }

            // What is on its way to those who watch arrives. Leases of the dead may still end.
            do
            {
                _world.RunUntil(_world.Now + TimeSpan.FromSeconds(10), RunActors);
            }
            while (_etcd.History.Changes is [.., var last] && last.SeenAt > (_world.Now - TimeSpan.FromSeconds(5)).Ticks);

            List<KeyValue> stored = [.. Stored().Select(ProtoMapping.ToKeyValue).Where(static kv => kv.Key.StartsWith("/"))];
            if (_users.Select(static user => user.Stays).OfType<string>().FirstOrDefault(id => !stored.Exists(kv => kv.Key.ToText().Contains(id, StringComparison.Ordinal))) is { } lost)
            {
                _world.Violate($"'{lost}' is registered, and not in etcd");
            }
        }

        /// <summary>Whoever followed was told what etcd did, and those that still follow know what there is.</summary>
        private void Compare()
        {
            var keys = _etcd.History.Of(Mirror.Keys);
            foreach (var (process, context, mirror) in _mirrors)
            {
                var check = new WatchCheck(keys);
                var wrong = check.Follow(mirror.Told) ?? (process.IsUp && process.Context == context ? check.Arrive() : null);
                Expect(wrong is null, $"{process.Name}: {wrong}");
            }

            var instances = _etcd.History.Of(Seeker.Options.Layout.RangeOf(Seeker.Service));
            foreach (var (process, seeker) in _seekers)
            {
                var wrong = new ViewCheck(instances, Seeker.Options.Layout).Follow(seeker.Told);
                Expect(wrong is null, $"{process.Name}: {wrong}");
            }
        }

        /// <summary>What was held is what etcd gave, to one at a time, and with growing tokens.</summary>
        private void Judge(IReadOnlyList<Holding> holdings)
        {
            foreach (var violation in Holdings.Violations(holdings))
            {
                _world.Violate(violation);
            }

            foreach (var same in holdings.GroupBy(static holding => holding.What))
            {
                var reigns = same.Key.Split(' ') switch
                {
                    ["Mutex", var name] => _etcd.History.ReignsOf(name),
                    ["election", var name] => _etcd.History.LeadersOf(KeyRange.Prefix(name + "/")),
                    _ => null,
                };
                if (reigns is not null)
                {
                    foreach (var violation in Holdings.AgainstStore(same, reigns, static (reign, process) => reign.Key.Value.ToText().Contains(process, StringComparison.Ordinal)))
                    {
                        _world.Violate(violation);
                    }
                }
            }
        }

        private void Expect(bool holds, string otherwise)
        {
            if (!holds)
            {
                _world.Violate(otherwise);
            }
        }

        private RepeatedField<Mvccpb.KeyValue> Stored() => _etcd.Node.Range(new RangeRequest { Key = Zero, RangeEnd = Zero }).Kvs;

        /// <summary>All systems stop: nothing is left in etcd.</summary>
        private void Leave()
        {
            foreach (var process in _processes.Where(static process => process.IsUp))
            {
                process.Context.Roots.Supervisor.Tell(new SupervisorCommand.Stop(), ActorRefs.NoSender);
            }

            _world.RunUntil(_world.Now + Leaving, RunActors);
            if (Stored() is [var left, ..])
            {
                _world.Violate($"'{left.Key.ToStringUtf8()}' is left in etcd, of lease {left.Lease:x}");
            }
        }

        private static Google.Protobuf.ByteString Zero { get; } = Google.Protobuf.ByteString.CopyFrom(0);

        private bool RunActors()
        {
            var ran = false;
            foreach (var process in _processes)
            {
                ran |= process.RunOne();
            }

            return ran;
        }
    }
}
