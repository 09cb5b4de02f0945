using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

/// <summary>Many systems wait: whoever leaves wakes only those whom it makes room for.</summary>
public sealed class SharedLockWakeUpTests
{
    private const int Systems = 300;

    [Fact]
    public void One_of_many_waiting_writers_is_woken_when_the_one_before_it_leaves()
    {
        var machines = LineUp(new SharedLockName(SharedKind.ReaderWriter, "N"), SharedAsk.Write);

        Assert.Single(machines, m => m.IsWokenBy(machines[0].Key));
        Assert.True(machines[1].IsWokenBy(machines[0].Key));
        Assert.All(machines[1..], m => Assert.True(m.Watches.Length == 2 && m.Watches.All(keys => keys.IsSingle || keys.Contains(m.Key))));
    }

    [Fact]
    public void One_of_many_waiting_for_a_permit_is_woken_when_one_is_given_back()
    {
        const int permits = 10;
        var machines = LineUp(new SharedLockName(SharedKind.Semaphore, "N"), SharedAsk.Of(1, permits));

        Assert.Single(machines, m => m.IsWokenBy(machines[3].Key));
        Assert.True(machines[permits].IsWokenBy(machines[3].Key));
    }

    [Fact]
    public void All_readers_behind_one_writer_are_woken_when_it_leaves()
    {
        var name = new SharedLockName(SharedKind.ReaderWriter, "N");
        var machines = LineUp(name, SharedAsk.Read, first: SharedAsk.Write);

        Assert.Equal(Systems - 1, machines.Count(m => m.IsWokenBy(machines[0].Key)));
    }

    private static Contender[] LineUp(SharedLockName name, SharedAsk ask, SharedAsk? first = null)
    {
        var line = new List<KeyValue>();
        var contenders = new Contender[Systems];
        for (var n = 0; n < Systems; n++)
        {
            contenders[n] = new Contender(name, n == 0 ? first ?? ask : ask, n + 1, line);
        }

        return contenders;
    }

    /// <summary>One system with one request, in line.</summary>
    private sealed class Contender
    {
        private readonly SharedLockMachine _machine;
        private readonly SharedLockState _state;

        public Contender(SharedLockName name, SharedAsk ask, int number, List<KeyValue> line)
        {
            var attempt = new AttemptId(new Guid(number, 0, 0, new byte[8]));
            var lease = new LeaseId(number);
            var ttl = TimeSpan.FromSeconds(10);
            _machine = new SharedLockMachine(name, new SharedLockSettings(10, 10, 10), () => attempt);
            Key = name.KeyOf(ask.Mode, lease, attempt);
            line.Add(new KeyValue(Key, SharedLockValue.Encode("us", ask, default), new(number), new(number), 1, lease));
            _state = SharedLockState.Initial;
            foreach (SharedLockMessage message in new SharedLockMessage[]
            {
                new SharedLockMessage.SessionOpened(new LockLease(lease, ttl)),
                new SharedLockMessage.Acquire(new(number), ask, false),
                new SharedLockMessage.Entered(attempt, new SharedLine(new(number), [.. line], true), ttl),
            })
            {
                _state = _machine.Handle(_state, message).State;
            }
        }

        public Bytes Key { get; }

        public ImmutableArray<KeyRange> Watches => [.. _state.Watches.Keys];

        /// <summary>Whether a deletion that one of its watches shows makes it read the line.</summary>
        public bool IsWokenBy(Bytes key) => Watches.Any(keys => keys.Contains(key))
            && _machine.Handle(_state, new SharedLockMessage.EntryDeleted(key, new(Systems + 1))).Effects.Any(e => e is SharedLockEffect.SendRead);
    }
}
