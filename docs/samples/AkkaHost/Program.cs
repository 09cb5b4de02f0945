// A host with actors: coordination runs in their actor system. Start it twice on a real etcd: one leads, and the other one when that is stopped.
using Akka.Hosting;
using AkkaHost;
using Coordination;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd();
builder.Services.AddAkka("app", akka => akka
    .ConfigureLoggers(logs =>
    {
        logs.ClearLoggers();
        logs.AddLoggerFactory();
    })
    .WithCoordination()
    .WithActors((actors, registry, services) => registry.Register<Reporter>(actors.ActorOf(services.Props<Reporter>(), "reporter"))));
await builder.Build().RunAsync();
