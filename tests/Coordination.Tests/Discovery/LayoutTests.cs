using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

public sealed class LayoutTests
{
    private static readonly ServiceInstance Web = new() { Service = "web", Host = "10.0.0.1", Port = 80 };

    [Theory]
    [InlineData("")]
    [InlineData("/services/{service}")]
    [InlineData("/services/{id}")]
    [InlineData("/services/{service}{id}")]
    [InlineData("/services/{service}-{id}")]
    [InlineData("/services/{service}/{id}/")]
    [InlineData("/services/{service}/{service}/{id}")]
    [InlineData("/services/{id}/{service}")]
    [InlineData("/with blank/{service}/{id}")]
    [InlineData("/ünï/{service}/{id}")]
    public void Keys_that_are_no_template_are_refused_with_what_is_allowed(string keys)
    {
        var error = Assert.Throws<ArgumentException>(() => ServiceLayout.Json(keys));

        Assert.Contains($"'{keys}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("/services/{service}/{id}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layouts_compare_by_content() => Assert.Equal(ServiceLayout.Json("/a/{service}/{id}"), ServiceLayout.Json("/a/{service}/{id}"));

    [Theory]
    [InlineData("a/b", "Service")]
    [InlineData("", "Service")]
    [InlineData("größe", "Service")]
    [InlineData("a b", "Service")]
    [InlineData("a{b", "Service")]
    public void A_bad_name_is_refused_by_name(string service, string what) =>
        Assert.Contains($"{what} is '{service}': allowed are 1 to 200", Refusal(Web with { Service = service }), StringComparison.Ordinal);

    [Fact]
    public void All_that_is_wrong_is_named_at_once()
    {
        var refusal = Refusal(Web with { Id = new string('x', 201), Weight = -1, Zone = "", Scheme = "1x", State = (InstanceState)9 });

        foreach (var part in new[] { "Id is 'xxx", "it has 201 characters", "Weight is '-1'", "Zone is ''", "Scheme is '1x'", "State is '9'" })
        {
            Assert.Contains(part, refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_out_of_range_is_refused(int port) =>
        Assert.Contains($"Port is '{port}': allowed is 1 to 65535", Refusal(Web with { Port = port }), StringComparison.Ordinal);

    [Theory]
    [InlineData("[::1]")]
    [InlineData("a:b")]
    [InlineData("host name")]
    [InlineData("http://host")]
    public void A_host_that_is_none_is_refused(string host) =>
        Assert.Contains($"Host is '{host}'", Refusal(Web with { Host = host }), StringComparison.Ordinal);

    [Fact]
    public void What_does_not_fit_into_a_layout_is_refused_by_name()
    {
        var full = Web with { Id = "n1", Scheme = "grpc", Weight = 5, Zone = "a", Version = "1", Metadata = ImmutableDictionary<string, string>.Empty.Add("k", "v") };

        var plain = Refusal(full, ServiceLayout.Plain());
        var four = Refusal(full, ServiceLayout.FourField());
        var naming = Refusal(full, ServiceLayout.GrpcNaming());

        Assert.All(["Id", "Scheme", "Weight", "Zone", "Version", "Metadata"], part => Assert.Contains($"{part} is ", plain, StringComparison.Ordinal));
        Assert.DoesNotContain("Scheme", four, StringComparison.Ordinal);
        Assert.DoesNotContain("Metadata", naming, StringComparison.Ordinal);
        Assert.Contains("looks like a field", Refusal(Web with { Service = "web.ip" }, ServiceLayout.FourField()), StringComparison.Ordinal);
        Assert.Contains("lease of its own", Refusal(Web, ServiceLayout.Plain("{service}/{lease}")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_that_is_too_large_is_refused() => Assert.Contains(
        "allowed are 16384", Refusal(Web with { Metadata = ImmutableDictionary<string, string>.Empty.Add("k", new string('x', 17_000)) }), StringComparison.Ordinal);

    [Fact]
    public void An_id_is_the_address_unless_it_is_said() => Assert.Equal("[::1]:80", (Web with { Host = "::1" }).Id);

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var full = Web with
        {
            Id = "n1", Scheme = "grpc", Weight = 0, Zone = "a", Version = "1", State = InstanceState.Draining,
            Metadata = ImmutableDictionary<string, string>.Empty.Add("k\"", "v\n\u2028"),
        };

        Assert.True(full.SaysTheSameAs(RoundTrip(full, ServiceLayout.Json())));
        Assert.True(Web.SaysTheSameAs(RoundTrip(Web, ServiceLayout.Plain())));
        Assert.True((Web with { Host = "::1" }).SaysTheSameAs(RoundTrip(Web with { Host = "::1" }, ServiceLayout.GrpcNaming("{service}/{address}"))));
        Assert.Equal("10.0.0.1:80", RoundTrip(Web, ServiceLayout.FourField())!.Address);
    }

    /// <summary>Bytes of any kind: made of pieces that mean something, cut and turned; the seed is in the message of a failure.</summary>
    [Fact]
    public void Whatever_a_key_holds_the_readers_answer_and_do_not_throw()
    {
        string[] pieces =
        [
            "{", "}", "[", "]", "\"", ":", ",", "host", "\"port\":", "80", "1e400", "-1", "null", "true", "\\ud800", "\\u0000", "localhost:80", "[::1]:80", "::", "://",
            "\"metadata\":{", "\"Op\":0", "\"Addr\":", "\"state\":\"serving\"", "\u00e9", "\ud83d\ude00", "%s", new string('9', 40), new string('{', 50), " ", "\n",
        ];
        ServiceLayout[] layouts = [ServiceLayout.Json(), ServiceLayout.Plain(), ServiceLayout.GrpcNaming(), ServiceLayout.FourField(), ServiceLayout.Plain("{service}/{lease}")];
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])).Select(c => (byte)c).ToArray();
            for (var flips = random.Next(3); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var layout = layouts[random.Next(layouts.Length)];
            var (group, keys) = Keys(layout, bytes, random);
            var reading = layout.Read("web", group, keys);

            Assert.True(reading.Instance is null != reading.Problem is null, $"seed {seed}");
            if (reading.Instance is { } instance)
            {
                CoordinationSystem.CheckInstance(instance with { Service = "web" }, new RegistrationOptions(), "seed");
            }
        }
    }

    private static (Bytes Group, ImmutableArray<KeyValue> Keys) Keys(ServiceLayout layout, byte[] value, Random random)
    {
        var names = layout.KeysOf(Web, new LeaseId(7));
        var keys = names.Select((name, n) => Stored(name, n == 0 || random.Next(2) == 0 ? value : "80"u8.ToArray())).Where(_ => names.Length == 1 || random.Next(5) > 0);
        return (names[0], keys.ToImmutableArray() is { IsEmpty: false } some ? some : [Stored(names[0], value)]);
    }

    private static KeyValue Stored(Bytes key, Bytes value) => new(key, value, new Revision(1), new Revision(1), 1, LeaseId.None);

    private static ServiceInstance? RoundTrip(ServiceInstance instance, ServiceLayout layout)
    {
        var keys = layout.EntriesOf(instance, new LeaseId(7)).Select(e => Stored(e.Key, e.Value)).ToImmutableArray();
        var (service, group) = layout.GroupOf(keys[^1].Key)!.Value;
        Assert.Equal(instance.Service, service);
        Assert.All(keys, kv => Assert.True(layout.RangeOf(instance.Service).Contains(kv.Key)));
        return layout.Read(service, group, keys).Instance;
    }

    private static string Refusal(ServiceInstance instance, ServiceLayout? layout = null) => Assert.Throws<ArgumentException>(() =>
        CoordinationSystem.CheckInstance(instance, new RegistrationOptions { Layout = layout ?? ServiceLayout.Default }, nameof(instance))).Message;
}
