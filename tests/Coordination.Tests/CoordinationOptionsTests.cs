using Coordination.Etcd;

namespace Coordination.Tests;

public sealed class CoordinationOptionsTests
{
    [Fact]
    public void The_defaults_are_good() => Assert.Empty(new CoordinationOptions().Validate());

    [Fact]
    public void Every_bad_option_is_named_with_its_value_and_what_is_allowed()
    {
        (CoordinationOptions Options, string Problem)[] wrong =
        [
            (new() { Name = "" }, "Name is ''"),
            (new() { Name = "-a" }, "Name is '-a'"),
            (new() { Name = "a b" }, "Name is 'a b'"),
            (new() { Owner = "" }, "Owner is ''"),
            (new() { Owner = new string('o', 257) }, "allowed are 1 to 256 characters"),
            (new() { SessionTtl = TimeSpan.FromSeconds(1) }, "SessionTtl is '00:00:01': allowed is 00:00:02 to 01:00:00"),
            (new() { SessionTtl = TimeSpan.FromHours(2) }, "SessionTtl is '02:00:00'"),
            (new() { SessionTtl = TimeSpan.Zero }, "SessionTtl is '00:00:00'"),
            (new() { SessionTtl = TimeSpan.FromSeconds(-5) }, "SessionTtl is '-00:00:05'"),
            (new() { SessionTtl = TimeSpan.MaxValue }, "SessionTtl is '10675199.02:48:05.4775807'"),
            (new() { ClockRateBound = -0.01 }, "ClockRateBound is '-0.01': allowed is 0 to 0.2"),
            (new() { ClockRateBound = double.NaN }, "ClockRateBound is 'NaN'"),
            (new() { StopTimeout = TimeSpan.Zero }, "StopTimeout is '00:00:00'"),
            (new() { Locks = new() { MaxWaiters = 0 } }, "Locks.MaxWaiters is '0': allowed is 1 to 1000000 requests"),
            (new() { Locks = new() { MaxLocks = 0 } }, "Locks.MaxLocks is '0'"),
            (new() { Locks = new() { IdleTimeout = TimeSpan.Zero } }, "Locks.IdleTimeout is '00:00:00'"),
            (new() { Locks = new() { OwnKeyWatchDelay = TimeSpan.FromSeconds(-1) } }, "Locks.OwnKeyWatchDelay is '-00:00:01'"),
            (new() { Locks = new() { FallbackInterval = TimeSpan.FromMinutes(11) } }, "Locks.FallbackInterval is '00:11:00'"),
            (new() { Etcd = new() { Endpoints = [] } }, "Etcd.Endpoints is '0': allowed is 1 to 64 endpoints"),
            (new() { Etcd = new() { Endpoints = [new Uri("ftp://a:1")] } }, "Etcd.Endpoints is 'ftp://a:1/': the scheme must be http or https"),
            (new() { Etcd = new() { Endpoints = [new Uri("http://a:1/path")] } }, "only scheme, host and port are allowed"),
            (new() { Etcd = new() { RequestTimeout = TimeSpan.Zero } }, "Etcd.RequestTimeout is '00:00:00'"),
            (new() { Etcd = new() { ConnectTimeout = TimeSpan.FromHours(1) } }, "Etcd.ConnectTimeout is '01:00:00'"),
            (new() { Etcd = new() { KeepAliveStreams = 0 } }, "Etcd.KeepAliveStreams is '0'"),
            (new() { Etcd = new() { StreamQueueLimit = 1 } }, "Etcd.StreamQueueLimit is '1'"),
            (new() { Etcd = new() { MaxReceiveMessageSize = 1 } }, "Etcd.MaxReceiveMessageSize is '1'"),
        ];

        Assert.All(wrong, w => Assert.Contains(w.Problem, Assert.Single(w.Options.Validate()), StringComparison.Ordinal));
    }

    [Fact]
    public void One_error_names_all_problems()
    {
        var error = Assert.Throws<ArgumentException>(() => CoordinationSystem.Start(new() { Name = "", SessionTtl = TimeSpan.Zero, Etcd = new() { KeepAliveStreams = 65 } }));

        Assert.Contains("Name is", error.Message, StringComparison.Ordinal);
        Assert.Contains("SessionTtl is", error.Message, StringComparison.Ordinal);
        Assert.Contains("Etcd.KeepAliveStreams is", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://a:1", "http://a:1/")]
    [InlineData(" https://a:1 , http://b:2,", "https://a:1/ http://b:2/")]
    public void Endpoints_are_read_as_people_write_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', EndpointText.ParseList(text)));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a:1")]
    [InlineData("ftp://a:1")]
    [InlineData("http://a:1/v3")]
    [InlineData("http://user@a:1")]
    public void What_is_no_endpoint_is_refused(string text) => Assert.Throws<FormatException>(() => EndpointText.ParseList(text));

    [Theory]
    [InlineData("http://user:secret@a:1")]
    [InlineData("user:secret@a:1")]
    [InlineData("ftp://user:secret@a:1")]
    public void A_password_in_an_endpoint_is_refused_and_not_shown(string text)
    {
        var error = Assert.Throws<FormatException>(() => EndpointText.ParseList(text));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);

        var problem = Assert.Single(new EtcdClientOptions { Endpoints = [new Uri("http://user:secret@a:1")] }.Validate());
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_a_lock_has_1_to_1024_bytes()
    {
        await using var system = CoordinationSystem.Start(new() { StopTimeout = TimeSpan.FromMilliseconds(100) }, new NoEtcd());

        Assert.Equal("k", system.Lock("k").Name);
        Assert.Equal(1024, system.Lock(new string('k', 1024)).Name.Length);
        Assert.Throws<ArgumentException>(() => system.Lock(""));
        Assert.Throws<ArgumentException>(() => system.Lock(new string('k', 1025)));
        Assert.Throws<ArgumentException>(() => system.Lock(new string('鍵', 342)));
        Assert.Throws<ArgumentException>(() => system.Lock(string.Concat(Enumerable.Repeat("🔑", 300))));
    }

    [Fact]
    public async Task Every_bad_option_of_a_lock_is_named_with_its_value_and_what_is_allowed()
    {
        await using var system = CoordinationSystem.Start(new() { StopTimeout = TimeSpan.FromMilliseconds(100) }, new NoEtcd());
        (DistributedLockOptions Options, string Problem)[] wrong =
        [
            (new() { OwnLeaseTtl = TimeSpan.Zero }, "OwnLeaseTtl is '00:00:00': allowed is 00:00:02 to 01:00:00"),
            (new() { OwnLeaseTtl = TimeSpan.FromSeconds(-5) }, "OwnLeaseTtl is '-00:00:05'"),
            (new() { OwnLeaseTtl = TimeSpan.MaxValue }, "OwnLeaseTtl is '10675199.02:48:05.4775807'"),
            (new() { LockDelay = TimeSpan.FromSeconds(5) }, "LockDelay is '00:00:05': it needs a lease of its own (OwnLeaseTtl)"),
            (new() { LockDelay = TimeSpan.Zero, OwnLeaseTtl = TimeSpan.FromSeconds(5) }, "LockDelay is '00:00:00': allowed is 00:00:01 to 01:00:00"),
            (new() { Owner = "" }, "Owner is ''"),
            (new() { Owner = new string('o', 257) }, "allowed are 1 to 256 characters"),
            (new() { MaxHold = TimeSpan.Zero }, "MaxHold is '00:00:00'"),
            (new() { MaxHold = TimeSpan.FromDays(25) }, "MaxHold is '25.00:00:00'"),
        ];

        Assert.All(wrong, w => Assert.Contains(w.Problem, Assert.Throws<ArgumentException>(() => system.Lock("k", w.Options)).Message, StringComparison.Ordinal));
        Assert.Throws<ArgumentNullException>(() => system.Lock(null!));
    }
}
