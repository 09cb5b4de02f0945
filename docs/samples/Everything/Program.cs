// Stop it with Ctrl-C or SIGTERM, and watch in etcd (etcdctl watch --prefix "") what goes first: the instance, the leadership, the lock, the lease.
using Coordination;
using Everything;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddCoordination(options => options.StartTimeout = TimeSpan.FromSeconds(10)).AllowEmbeddedEtcd();
builder.Services.AddHostedService<Holder>();
builder.Services.AddLeaderOnlyService<Leader>("/everything/election");
await builder.Build().RunAsync();
