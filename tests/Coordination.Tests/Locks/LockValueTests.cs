using System.Text;
using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.Tests.Locks;

public sealed class LockValueTests
{
    [Fact]
    public void A_value_is_json_that_a_person_can_read()
    {
        var value = LockValue.Encode("host:42", new AttemptId(Guid.Parse("00112233445566778899aabbccddeeff")), new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

        Assert.Equal(
            """{"owner":"host:42","attempt":"00112233445566778899aabbccddeeff","since":"2026-01-02T03:04:05+00:00"}""", value.ToText());
    }

    [Fact]
    public void What_was_encoded_is_recognised()
    {
        var attempt = AttemptId.New(Random.Shared);
        var stored = Stored(LockValue.Encode("host:42", attempt, default));

        Assert.Equal(attempt, LockValue.AttemptOf(stored));
        Assert.Equal(new LockHolder("host:42", 5, new(7), default(DateTimeOffset), IsForeign: false), LockValue.HolderOf(stored));
    }

    [Fact]
    public void An_owner_of_any_characters_comes_back()
    {
        foreach (var owner in new[] { "\"quoted\"", "back\\slash", "鍵🔑", "line\nbreak", "\ud800 half a pair" })
        {
            var holder = LockValue.HolderOf(Stored(LockValue.Encode(owner, AttemptId.New(Random.Shared), default)));
            Assert.Equal(owner.Replace('\ud800', '\ufffd'), holder.Owner);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("node1")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{\"owner\":\"a\"}")]
    [InlineData("{\"owner\":null,\"attempt\":null}")]
    [InlineData("{\"owner\":5,\"attempt\":6}")]
    [InlineData("{\"owner\":\"a\",\"attempt\":\"b\",\"since\":\"yesterday\"}")]
    [InlineData("{\"owner\":\"a\",\"attempt\":\"\\ud800\"}")]
    public void A_foreign_value_is_a_foreign_holder(string value)
    {
        Assert.Null(LockValue.AttemptOf(Stored(value)));
        Assert.Equal(value, LockValue.HolderOf(Stored(value)).Owner);
    }

    [Fact]
    public void A_long_foreign_value_is_shortened()
    {
        var holder = LockValue.HolderOf(Stored(new string('x', 100_000)));

        Assert.True(holder.IsForeign);
        Assert.Equal(81, holder.Owner.Length);
    }

    [Fact]
    public void No_value_makes_it_fail()
    {
        var random = new Random(42);
        var good = LockValue.Encode("host:42", AttemptId.New(Random.Shared), default).Span.ToArray();
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"owner\":", 400)));
        Bytes[] values = [deep, Encoding.UTF8.GetBytes(new string('[', 4000)), .. Enumerable.Range(0, 20_000).Select(_ => Spoil((byte[])good.Clone(), random))];

        Assert.All(values, value =>
        {
            LockValue.AttemptOf(Stored(value));
            Assert.NotNull(LockValue.HolderOf(Stored(value)).Owner);
        });

        static Bytes Spoil(byte[] value, Random random)
        {
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                value[random.Next(value.Length)] = (byte)random.Next(256);
            }

            return value[..random.Next(1, value.Length + 1)];
        }
    }

    private static KeyValue Stored(Bytes value) => new("K", value, new(5), new(5), 1, new(7));
}
