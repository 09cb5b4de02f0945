// An actor system of your own, with coordination in it. The first argument is etcd's address.
using Akka.Actor;
using Akka.Configuration;
using Coordination;
using DiscoveryActor;

var config = ConfigurationFactory.ParseString($$"""
    coordination {
      name = "discovery-sample"
      session.ttl = 5s
      etcd.endpoints = ["{{args.FirstOrDefault() ?? "http://127.0.0.1:2379"}}"]
    }
    """);
var actors = ActorSystem.Create("sample", config);
var coordination = CoordinationExtension.For(actors);
actors.ActorOf(Props.Create(() => new GreeterWatch(coordination.Actor)), "greeter-watch");

// Until Ctrl-C or SIGTERM; terminating the actor system ends coordination in order.
var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal => Stop(signal, end));
using var interrupted = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, signal => Stop(signal, end));
await end.Task;
await actors.Terminate();
Console.WriteLine("stopped");

static void Stop(System.Runtime.InteropServices.PosixSignalContext signal, TaskCompletionSource end)
{
    signal.Cancel = true;
    end.TrySetResult();
}
