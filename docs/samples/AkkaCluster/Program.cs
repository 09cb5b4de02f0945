// Start it on several machines: they find each other in etcd and form one cluster, in which one Reporter works. When its node stops or dies, another one's does.
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Hosting;
using Akka.Remote.Hosting;
using AkkaCluster;
using Coordination;

var builder = Host.CreateApplicationBuilder(args);
var node = builder.Configuration.GetSection("Node");
var lease = builder.Configuration.GetSection("Lease").Get<EtcdLeaseOption>() ?? new EtcdLeaseOption();

builder.Services.AddCoordination().AllowEmbeddedEtcd();
builder.Services.AddAkka("reports", akka => akka
    .ConfigureLoggers(logs =>
    {
        logs.ClearLoggers();
        logs.AddLoggerFactory();
    })
    .AddHocon(builder.Configuration.GetSection("Akka"), HoconAddMode.Prepend)
    .WithCoordination()
    .WithRemoting(node.GetValue("Host", "127.0.0.1")!, node.GetValue("Port", 0))
    .WithClustering(new ClusterOptions { SplitBrainResolver = new LeaseMajorityOption { LeaseImplementation = lease } })
    .WithEtcdLease(lease)
    .AddStartup((actors, _) => Joining.JoinAsync(actors))
    .WithEtcdDiscovery()
    .WithSingleton<Reporter>(
        "reporter",
        (_, _, services) => services.Props<Reporter>(),
        new ClusterSingletonOptions { LeaseImplementation = lease, LeaseRetryInterval = TimeSpan.FromSeconds(1) }));
await builder.Build().RunAsync();
