using Coordination.Grpc.Wire;

namespace Coordination.Grpc.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(0, "1u")]
    [InlineData(1, "1u")]
    [InlineData(15, "1u")]
    [InlineData(TimeSpan.TicksPerMillisecond, "1000u")]
    [InlineData(5 * TimeSpan.TicksPerSecond, "5000000u")]
    [InlineData(99_999_999 * TimeSpan.TicksPerMicrosecond, "99999999u")]
    [InlineData(100 * TimeSpan.TicksPerSecond, "100000m")]
    [InlineData(TimeSpan.TicksPerDay, "86400000m")]
    [InlineData(30 * TimeSpan.TicksPerDay, "2592000S")]
    [InlineData(long.MaxValue, "99999999S")]
    public void A_timeout_is_written_in_the_finest_unit_that_has_room(long ticks, string text) =>
        Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("1H", TimeSpan.TicksPerHour)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3S", 3 * TimeSpan.TicksPerSecond)]
    [InlineData("4m", 4 * TimeSpan.TicksPerMillisecond)]
    [InlineData("5u", 5 * TimeSpan.TicksPerMicrosecond)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0S", 0)]
    [InlineData("00000010S", 10 * TimeSpan.TicksPerSecond)]
    [InlineData("99999999S", 99_999_999 * TimeSpan.TicksPerSecond)]
    [InlineData("99999999H", 99_999_999 * TimeSpan.TicksPerHour)]
    public void Every_unit_is_read(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(TimeSpan.FromTicks(ticks), timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("-5S")]
    [InlineData("+5S")]
    [InlineData("1.5S")]
    [InlineData(" 5S")]
    [InlineData("5 S")]
    [InlineData("100000000S")]
    [InlineData("٣S")]
    public void What_is_not_digits_and_a_unit_is_refused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(1_234_567)]
    [InlineData(36_000_000_000)]
    [InlineData(864_000_000_000_000)]
    public void What_is_written_is_read_back_and_never_longer(long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromTicks(ticks)), out var timeout));
        Assert.InRange(timeout.Ticks, ticks - TimeSpan.TicksPerSecond, ticks);
    }
}
