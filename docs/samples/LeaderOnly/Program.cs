// Start it on as many machines as you like: Billing runs on the one that leads. Stop that one, and it runs on the next.
using Coordination;
using LeaderOnly;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd();
builder.Services.AddLeaderOnlyService<Billing>("/elections/billing");
await builder.Build().RunAsync();
