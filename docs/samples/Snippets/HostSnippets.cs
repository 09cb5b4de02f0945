using Akka.Actor;
using Coordination;
using Coordination.Etcd;
using Coordination.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class HostSnippets
{
    public static async Task LeadAsync(CoordinationSystem coordination, CancellationToken stopping)
    {
        // <lead>
        var election = coordination.Election("/jobs/report");

        // Run work on exactly one machine: campaign, run, stop when it is over, hand over, campaign again.
        await election.RunWhileLeaderAsync("host-7:8080", async (leadership, stop) =>
        {
            while (!stop.IsCancellationRequested)
            {
                await coordination.Etcd.TxnAsync(new EtcdOp.Txn { If = [leadership.Guard], Then = [new EtcdOp.Put("/report", "done")] }, stop);
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop);
            }
        }, cancellationToken: stopping);

        // </lead>
    }

    public static void Add(WebApplicationBuilder builder)
    {
        // <add>
        builder.Services.AddCoordination(options => options.SessionTtl = TimeSpan.FromSeconds(15))
            .UseHocon("coordination.conf");
        builder.Services.AddHealthChecks().AddCoordination();

        var app = builder.Build();
        app.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });

        // </add>
    }

    public static void AddTwo(IServiceCollection services)
    {
        // <named>
        services.AddCoordination("east");
        services.AddCoordination("west");
        services.AddSingleton<Replicator>();

        // </named>
    }

    public static void Gate(ActorSystem actors, IActorRef self)
    {
        // <gate>
        var coordination = CoordinationExtension.For(actors);       // options: the block 'coordination' of the actor system's configuration
        coordination.Actor.Tell(new ServiceRequest.Subscribe("greeter"), self);
        coordination.Actor.Tell(new LockRequest.Acquire("/jobs/report", TimeSpan.FromSeconds(30)), self);
        coordination.Actor.Tell(new ElectionRequest.Campaign("/jobs/leader", "host-7"), self);

        // </gate>
    }

    // <replicator>
    internal sealed class Replicator([FromKeyedServices("east")] ILocks east, [FromKeyedServices("west")] ILocks west)
    {
        public async Task CopyAsync()
        {
            await using var from = await east.Lock("/copy").AcquireAsync();
            await using var to = await west.Lock("/copy").AcquireAsync();
        }
    }

    // </replicator>
}
