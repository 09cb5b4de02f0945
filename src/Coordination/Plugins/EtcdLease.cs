using Akka.Configuration;
using Akka.Coordination;
using Coordination.Etcd;

namespace Coordination.Plugins;

/// <summary>
/// Akka's lease, on etcd: what <c>akka.coordination.lease.etcd</c> names. Akka makes it; programs get it from <see cref="LeaseProvider"/>, or from here
/// where Akka made it for a singleton (<see cref="OfSingleton"/>) or a shard (<see cref="OfShard"/>). Thread-safe.
/// <para>
/// It is a lock of this library under the key <c>akka/leases/{name}</c>, with the owner's name in its value. When its etcd lease runs out, the holder has lost it
/// before anybody else can acquire it; the clock answers <see cref="CheckLease"/>. Holding it is still no proof of ownership: a process can be stopped between a check
/// and the next statement. The protected resource should check the <see cref="ILockHandle.Token"/> or the <see cref="ILockHandle.Guard"/> of
/// <see cref="Current"/>.
/// </para>
/// </summary>
public sealed class EtcdLease : Lease
{
    private readonly LeaseHold _hold;

    /// <summary>Created by Akka.</summary>
    /// <param name="settings">Name, owner and times.</param>
    /// <param name="system">The actor system; its coordination options say where etcd is.</param>
    /// <exception cref="ArgumentException">A name is empty or too long, or a time out of range; all problems are named.</exception>
    public EtcdLease(LeaseSettings settings, ExtendedActorSystem system)
        : base(settings)
    {
        var leases = EtcdLeases.For(system);
        _hold = leases.HoldOf(settings);
        leases.Add(this);
    }

    /// <summary>The defaults of <c>akka.coordination.lease.etcd</c> and <c>akka.discovery.etcd</c>, for an actor system that is configured by hand.</summary>
    public static Config DefaultConfiguration => PluginDefaults.Config;

    /// <summary>The key in etcd.</summary>
    public Bytes Key => _hold.Key;

    /// <summary>The acquisition, for its token and its guard; null when it is not held. Already old when it is returned.</summary>
    public ILockHandle? Current => _hold.Current;

    /// <summary>The lease of the cluster singleton whose actor this is; null when its manager uses no lease on etcd.</summary>
    /// <param name="singleton">The context of the singleton's actor, not of its children.</param>
    public static EtcdLease? OfSingleton(IActorContext singleton)
    {
        ArgumentNullException.ThrowIfNull(singleton);
        return EtcdLeases.For(singleton.System).Find($"{singleton.System.Name}-singleton-{singleton.Parent.Path}");
    }

    /// <summary>The lease of the shard that this entity is in; null when the shards use no lease on etcd.</summary>
    /// <param name="entity">The context of the entity's actor, not of its children.</param>
    public static EtcdLease? OfShard(IActorContext entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        var shard = entity.Parent.Path;
        return EtcdLeases.For(entity.System).Find($"{entity.System.Name}-shard-{Uri.UnescapeDataString(shard.Parent.Name)}-{Uri.UnescapeDataString(shard.Name)}");
    }

    /// <summary>Acquires the lease if nobody holds it now.</summary>
    /// <returns>True when this owner holds it now, also when it held it before. False when another owner does, or the same owner in an earlier process that
    /// crashed.</returns>
    /// <exception cref="LeaseTimeoutException">etcd did not answer within the <c>lease-operation-timeout</c>; the message says why. No key is left behind.</exception>
    /// <exception cref="LeaseException">etcd refused.</exception>
    public override Task<bool> Acquire() => _hold.AcquireAsync();

    /// <summary>Acquires the lease if nobody holds it now, and reports when it is lost.</summary>
    /// <param name="leaseLostCallback">
    /// Called once when this acquisition is lost, with the reason, before anybody else can acquire it; not when it is released. On a thread of its own, which must
    /// not be blocked. The callback of a later call takes its place.
    /// </param>
    /// <returns>See <see cref="Acquire()"/>.</returns>
    /// <exception cref="LeaseTimeoutException">etcd did not answer within the <c>lease-operation-timeout</c>; the message says why. No key is left behind.</exception>
    /// <exception cref="LeaseException">etcd refused.</exception>
    public override Task<bool> Acquire(Action<Exception> leaseLostCallback)
    {
        var acquiring = _hold.AcquireAsync();
        if (leaseLostCallback is not null)
        {
            _hold.TellLoss(acquiring, leaseLostCallback);
        }

        return acquiring;
    }

    /// <summary>Releases the lease. <see cref="CheckLease"/> is false from the call on.</summary>
    /// <returns>True: this owner does not hold it any more, or did not hold it. Another one that holds it keeps it.</returns>
    /// <exception cref="LeaseTimeoutException">etcd did not answer within the <c>lease-operation-timeout</c>. The release goes on; at the latest the key goes with its etcd lease.</exception>
    /// <exception cref="LeaseException">etcd refused; the key goes with its etcd lease.</exception>
    public override Task<bool> Release() => _hold.ReleaseAsync();

    /// <summary>Whether this owner holds the lease now, by the clock. Sends nothing.</summary>
    public override bool CheckLease() => _hold.Current is { IsHeld: true };
}
