using Akka.Event;

namespace Coordination.Tests.Hosting;

public sealed class ActorSystemLogsTests : TestKit
{
    [Fact]
    public async Task A_system_that_was_given_no_log_writes_to_that_of_its_actor_system()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Info));

        var system = CoordinationExtension.For(Sys).System;

        FishForMessage(m => m is Info info && info.ToString().Contains("Coordination 'coordination' started with etcd", StringComparison.Ordinal));
        await system.DisposeAsync();
    }
}
