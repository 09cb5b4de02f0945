using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;

namespace Coordination.Locks.Line;

/// <summary>One acquisition of a lock: what the LockActor writes and the holder reads.</summary>
/// <param name="key">The key.</param>
/// <param name="request">The request that holds.</param>
/// <param name="token">The token.</param>
/// <param name="lease">What it lives on.</param>
/// <param name="log">Where callbacks that fail are noted.</param>
/// <param name="limit">What ends it before the lease does; null: nothing.</param>
internal sealed class LockClaim(Bytes key, LockRequestId request, Revision token, LeaseValidity lease, ILogger? log = null, LeaseValidity? limit = null)
    : LeaseClaim(lease, limit, log)
{
    private Action? _whenOver;

    public Bytes Key => key;

    public LockRequestId Request => request;

    public Revision Token => token;

    /// <summary>The actor that keeps it: it is told of the release without a detour. Should it have failed, the message finds its way as a dead letter.</summary>
    public IActorRef? Keeper { get; init; }

    /// <summary>The holder's name when it is not the system's.</summary>
    public string? Owner { get; init; }

    /// <summary>How it is measured.</summary>
    public LockHold Measured { get; init; }

    protected override string What => $"lock {key}";

    /// <summary>
    /// Calls back when the claim is lost or released, at least once, on whatever thread that happens: it must only hand over. What ends the claim by <see cref="End"/>
    /// has called back when it returns.
    /// </summary>
    public void WhenOver(Action call)
    {
        bool isOver;
        lock (Sync)
        {
            isOver = IsEnded;
            _whenOver += call;
        }

        if (isOver)
        {
            call();
        }

        Lost.UnsafeRegister(static told => ((Action)told!)(), call);
    }

    /// <summary>Ends the claim. Idempotent; the first reason stays. False when it had ended before.</summary>
    public bool End(LossReason reason) => End(reason, isNews: reason != LossReason.Released);

    protected override void OnEnded(LossReason reason, bool isNews)
    {
        Measured.End(reason);
        Action? whenOver;
        lock (Sync)
        {
            whenOver = _whenOver;
        }

        whenOver?.Invoke();
    }
}
