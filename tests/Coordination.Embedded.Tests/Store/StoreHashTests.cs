using Coordination.Embedded.Tests.Testing;

namespace Coordination.Embedded.Tests.Store;

public sealed class StoreHashTests : NodeFixture
{
    [Fact]
    public void The_hash_of_a_revision_does_not_change_with_later_writes()
    {
        Put("a");
        Delete("a");
        var hash = Node.HashKV(0).Hash;
        Put("b");
        Assert.NotEqual(hash, Node.HashKV(0).Hash);
        Assert.Equal(hash, Node.HashKV(3).Hash);
    }
}
