using Coordination.Etcd;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Tests.Etcd;

public sealed class DotnetEtcdTests
{
    [Fact]
    public void A_condition_can_be_one_of_dotnet_etcd()
    {
        var expected = new Compare
        {
            Key = ByteString.CopyFromUtf8("/lock"), Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = 42,
        };

        Assert.Equal(expected, EtcdCompare.Unchanged("/lock", new Revision(42)).ToCompare());
    }

    [Fact]
    public void A_condition_on_a_range_keeps_its_end_and_its_value()
    {
        var compare = EtcdCompare.Value(KeyRange.Prefix("/a/"), CompareResult.NotEqual, "b").ToCompare();

        Assert.Equal(("/a/", "/a0", "b"), (compare.Key.ToStringUtf8(), compare.RangeEnd.ToStringUtf8(), compare.Value.ToStringUtf8()));
        Assert.Equal(Compare.Types.CompareResult.NotEqual, compare.Result);
    }

    [Fact]
    public void The_endpoints_of_a_connection_string_are_those_of_the_client() =>
        Assert.Equal(
            [new Uri("http://a:2379"), new Uri("https://b:2379")], EtcdClientOptions.FromConnectionString("http://a:2379, https://b:2379").Endpoints.AsEnumerable());

    [Theory]
    [InlineData("")]
    [InlineData("a:2379")]
    [InlineData("http://a:2379,b:2379")]
    [InlineData("discovery-srv://a")]
    [InlineData("http://user:secret@a:2379")]
    public void What_is_not_a_list_of_endpoints_with_schemes_is_refused_and_no_secret_is_shown(string text)
    {
        var error = Assert.Throws<FormatException>(() => EtcdClientOptions.FromConnectionString(text));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }
}
