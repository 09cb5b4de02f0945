using System.Globalization;
using Coordination.Elections;
using Coordination.Etcd;
using Coordination.Locks.Line;
using Xunit.Abstractions;

namespace Coordination.Tests.Fuzzing;

/// <summary>
/// What others may have stored under our keys is read, or it is nothing of ours; it never throws. COORDINATION_FUZZ_RUNS says how many values each reader gets.
/// </summary>
public sealed class StoredValueFuzzTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("COORDINATION_FUZZ_RUNS") ?? "20000", CultureInfo.InvariantCulture);

    private static readonly LeaseId Lease = new(0x1234);
    private static readonly AttemptId Attempt = new(Guid.Parse("00112233445566778899aabbccddeeff"));
    private static readonly Ticket Ticket = new(Lease, new Revision(5), "host:1", Attempt);
    private static readonly ServiceInstance Instance = new()
    {
        Service = "web", Id = "a", Host = "10.0.0.1", Port = 80, Zone = "z", Version = "1", Metadata = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("k", "v"),
    };

    [Fact]
    public void The_value_of_a_mutex_or_of_an_entry()
    {
        var semaphore = new LockName(LockForm.Semaphore, "/s");
        Fuzz(
            [LockValue.Encode("host:1", Attempt, default), LockValue.Encode("host:1", LockTerms.Of(2, 5), default), LockValue.Encode("host:1", LockTerms.Write, default), "node1"],
            value =>
            {
                var stored = Stored("/s", value);
                var isTaken = LockValue.AttemptOf(stored) is not null | LockValue.TermsOf(semaphore, stored) is not null;
                return isTaken | !LockValue.HolderOf(stored).IsForeign;
            });
    }

    [Fact]
    public void A_ticket()
    {
        var keys = new TicketKeys("coordination/waiters/", "/k");
        Fuzz(
            [LockValue.Encode("host:1", Attempt, default)],
            value => LockValue.TicketOf(keys, Stored(keys.KeyOf(Lease), value)) is not null);
    }

    [Fact]
    public void A_note_in_an_inbox() => Fuzz(
        [LockNote.Given("/k", Ticket, 3, [Ticket, Ticket]), LockNote.Called("/k", Ticket)],
        value => LockNote.Decode(value, new Revision(7)) is not null);

    [Fact]
    public void The_card_of_a_candidate() => Fuzz(
        ["""{"name":"n1","priority":3}""", "{\"name\":\"n\"}"],
        value => CandidateCard.Decode(value) is not null);

    [Theory]
    [InlineData(ServiceForm.Json)]
    [InlineData(ServiceForm.Plain)]
    [InlineData(ServiceForm.GrpcNaming)]
    public void An_instance_of_a_service(ServiceForm form)
    {
        var layout = form switch
        {
            ServiceForm.Json => ServiceLayout.Json(),
            ServiceForm.Plain => ServiceLayout.Plain(),
            _ => ServiceLayout.GrpcNaming("/services/{service}/{id}"),
        };
        var plain = new ServiceInstance { Service = "web", Host = "10.0.0.1", Port = 80 };
        Bytes key = "/services/web/a";
        Fuzz(
            [ServiceLayout.Json().EntriesOf(Instance, Lease)[0].Value, ServiceLayout.GrpcNaming().EntriesOf(plain, Lease)[0].Value, "10.0.0.1:80", "[::1]:80", "host.example:1"],
            value => layout.Read("web", key, [Stored(key, value)]).Instance is not null);
    }

    [Fact]
    public void An_instance_in_several_keys()
    {
        var layout = ServiceLayout.FourField();
        var plain = new ServiceInstance { Service = "web", Host = "10.0.0.1", Port = 80 };
        var entries = layout.EntriesOf(plain, Lease);
        var which = 0;
        Fuzz([.. entries.Select(entry => entry.Value)], value =>
        {
            var changed = which++ % entries.Length;
            return layout.Read("web", entries[0].Key, [.. entries.Select((entry, n) => Stored(entry.Key, n == changed ? value : entry.Value))]).Instance is not null;
        });
    }

    [Fact]
    public void The_name_of_a_key() => Fuzz(["/services/web/a", "/services/web/", "/services/web.ip", "coordination/waiters/k/1234"], key =>
        (ServiceLayout.FourField().GroupOf(key) is null) ^ (ServiceLayout.Json().GroupOf(key) is not null));

    private static KeyValue Stored(Bytes key, Bytes value) => new(key, value, new Revision(5), new Revision(7), 1, Lease);

    /// <summary>Some of them are right, and some are not, or nothing was shown.</summary>
    private void Fuzz(Bytes[] samples, Func<Bytes, bool> isRead)
    {
        var mutator = new Mutator(1, [.. samples.Select(sample => sample.Span.ToArray())]);
        var read = 0;
        for (var n = 0; n < Runs; n++)
        {
            var value = mutator.Next();
            try
            {
                read += isRead(new Bytes(value)) ? 1 : 0;
            }
            catch (Exception error)
            {
                Assert.Fail($"value {n}, {Convert.ToHexString(value)}: {error}");
            }
        }

        output.WriteLine($"{Runs} values, {read} of them ours");
        Assert.InRange(read, Runs / 100, Runs - (Runs / 20));
    }
}
