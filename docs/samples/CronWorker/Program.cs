// Start it on as many machines as you like: the job runs on one of them at a time, and on another one when that one stops or dies.
using Coordination;
using CronWorker;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd();
builder.Services.AddHostedService<NightlyReport>();
await builder.Build().RunAsync();
