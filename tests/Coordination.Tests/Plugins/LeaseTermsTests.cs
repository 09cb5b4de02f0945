using Akka.Configuration;
using Akka.Coordination;
using Coordination.Plugins;

namespace Coordination.Tests.Plugins;

/// <summary>What Akka asks of a lease becomes a key, an owner and times.</summary>
public sealed class LeaseTermsTests
{
    [Theory]
    [InlineData("app-akka-sbr", "akka/leases/app-akka-sbr")]
    [InlineData("app-singleton-akka://app/user/report", "akka/leases/app-singleton-akka://app/user/report")]
    [InlineData("a b\n%", "akka/leases/a%20b%0A%25")]
    [InlineData("größe-日本", "akka/leases/größe-日本")]
    public void The_name_of_a_lease_is_readable_in_its_key(string name, string key) => Assert.Equal(key, Of(name).Key);

    [Fact]
    public void Different_names_have_different_keys() => Assert.NotEqual(Of("a b").Key, Of("a%20b").Key);

    [Fact]
    public void The_times_and_the_owner_are_those_that_Akka_says()
    {
        var terms = LeaseTerms.Of(new LeaseSettings("l", "node:1", new TimeoutSettings(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(4)), Config.Empty));

        Assert.Equal(
            new LeaseTerms("akka/leases/l", "node:1", TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), terms);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        var settings = new LeaseSettings(
            "", "", new TimeoutSettings(TimeSpan.Zero, TimeSpan.FromHours(2), TimeSpan.Zero), ConfigurationFactory.ParseString("key-prefix = \"\""));

        var error = Assert.Throws<ArgumentException>(() => LeaseTerms.Of(settings));

        Assert.All(
            ["name of the lease", "key-prefix", "name of the owner", "heartbeat-timeout", "heartbeat-interval", "lease-operation-timeout"],
            text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }

    private static LeaseTerms Of(string name) =>
        LeaseTerms.Of(new LeaseSettings(name, "o", new TimeoutSettings(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)), Config.Empty));
}
