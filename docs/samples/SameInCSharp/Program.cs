// Five programs of Go tutorials, in C#. Which one: the first word of the command line. Where etcd is: Coordination__Etcd__Endpoints, or http://127.0.0.1:2379.
using SameInCSharp;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await (args switch
{
    ["keys"] => Keys.ReadAndWriteAsync(),
    ["lease"] => Keys.KeepAliveAsync(stop.Token),
    ["watch"] => Keys.WatchAsync(stop.Token),
    ["lock"] => Locking.RunAsync(stop.Token),
    ["register"] => Nodes.RegisterAsync(stop.Token),
    ["discover"] => Nodes.DiscoverAsync(stop.Token),
    ["hello"] => Nodes.HelloAsync(stop.Token),
    ["greeter-server"] => GreeterService.ServeAsync(),
    ["greeter-client"] => GreeterService.CallAsync(stop.Token),
    ["greet-server", var port] => GreetService.ServeAsync(port),
    ["greet-client"] => GreetService.CallAsync(stop.Token),
    _ => Console.Error.WriteLineAsync("keys, lease, watch, lock, register, discover, hello, greeter-server, greeter-client, greet-server <port>, greet-client"),
});
