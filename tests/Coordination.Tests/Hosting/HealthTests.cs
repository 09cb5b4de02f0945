using Coordination.Etcd;
using Coordination.Hosting;
using Coordination.Leases;
using Coordination.Time;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Tests.Hosting;

public sealed class HealthTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(9);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_lease_is_ready_then_suspect_then_gone()
    {
        using var context = Context();
        var clock = new MonotonicClock(_time);
        var settings = new LeaseSettings(Ttl, 0.01);
        var lease = new LeaseValidity(new LeaseId(7), Ttl, settings.Deadline(clock.Now, Ttl), clock);

        Assert.Equal(CoordinationHealthState.Unavailable, Read(context).State);
        context.Value.Session.SetFailed(new CoordinationException(CoordinationErrorKind.Unavailable, "nobody listens"));
        Assert.Contains("nobody listens", Read(context).Reason, StringComparison.Ordinal);

        context.Value.Session.SetOpened(lease, ActorRefs.Nobody);
        Assert.Equal((CoordinationHealthState.Ready, null), (Read(context).State, Read(context).Reason));

        _time.Advance(LeaseSettings.SuspectAfter(Ttl) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(CoordinationHealthState.Ready, Read(context).State);
        lease.Note("the member hangs");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CoordinationHealthState.Suspect, Read(context).State);
        Assert.Contains("the member hangs", Read(context).Reason, StringComparison.Ordinal);

        // The loss is known by the clock, before anybody has told it.
        _time.Advance(Ttl);
        var gone = Read(context);
        Assert.Equal((CoordinationHealthState.Unavailable, TimeSpan.Zero), (gone.State, gone.ValidFor));
        Assert.Contains("Expired", gone.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_that_cannot_reach_etcd_is_unhealthy_and_says_why()
    {
        await using var system = CoordinationSystem.Start(new() { StopTimeout = TimeSpan.FromMilliseconds(100) }, new NoEtcd());
        var check = new CoordinationHealthCheck(system);
        var registration = new HealthCheckRegistration("coordination", check, null, null);

        var result = await check.CheckHealthAsync(new HealthCheckContext { Registration = registration });

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("there is no session lease", result.Description, StringComparison.Ordinal);
        Assert.Equal("Unavailable", result.Data["state"]);
    }

    private static CoordinationHealth Read(ContextOwner context) => HealthReading.Of(context.Value, isStopped: false);

    private ContextOwner Context() => new(new CoordinationContext(
        new CoordinationOptions { TimeProvider = _time }, new NoEtcd(), new MonotonicClock(_time), LossAlarm.Create(_time), NullLogger.Instance, new SessionView()));

    private sealed record ContextOwner(CoordinationContext Value) : IDisposable
    {
        public void Dispose()
        {
            Value.EtcdReturn.Dispose();
            Value.LossAlarm.Dispose();
        }
    }
}
