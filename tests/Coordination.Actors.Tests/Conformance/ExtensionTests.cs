namespace Coordination.Actors.Tests.Conformance;

public sealed class ExtensionTests : ConformanceTest
{
    [Fact]
    public void An_extension_is_made_once_for_a_system()
    {
        Assert.False(Sys.HasExtension<Counting>());
        var extension = CountingId.Instance.Apply(Sys);
        Assert.Same(extension, CountingId.Instance.Get(Sys));
        Assert.Same(extension, Sys.GetExtension<Counting>());
        Assert.Same(extension, Sys.RegisterExtension(CountingId.Instance));
        Assert.True(Sys.HasExtension<Counting>());
        Assert.True(Sys.TryGetExtension<Counting>(out var found));
        Assert.Same(extension, found);
        Assert.Same(Sys, extension.System);
    }

    private sealed class Counting(ExtendedActorSystem system) : IExtension
    {
        public ExtendedActorSystem System => system;
    }

    private sealed class CountingId : ExtensionIdProvider<Counting>
    {
        public static readonly CountingId Instance = new();

        public override Counting CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
