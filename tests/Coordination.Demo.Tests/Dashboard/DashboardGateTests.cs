using Coordination.Demo.Dashboard;

namespace Coordination.Demo.Tests.Dashboard;

/// <summary>Who may look at the dashboard.</summary>
public sealed class DashboardGateTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("127.0.0.1", GateAnswer.Enter)]
    [InlineData("localhost", GateAnswer.Enter)]
    [InlineData("[::1]", GateAnswer.Enter)]
    [InlineData("example.org", GateAnswer.WrongHost)]
    [InlineData("10.0.0.1", GateAnswer.WrongHost)]
    [InlineData("", GateAnswer.WrongHost)]
    internal void Without_a_token_only_names_of_this_machine_are_answered(string host, GateAnswer expected) =>
        Assert.Equal(expected, new DashboardGate(null).Judge(host, null, null, null));

    [Theory]
    [InlineData(Token, null, null, GateAnswer.EnterAndRemember)]
    [InlineData("wrong", null, null, GateAnswer.Refuse)]
    [InlineData(null, null, null, GateAnswer.Refuse)]
    [InlineData(null, Token, null, GateAnswer.Refuse)]
    [InlineData(null, null, "Bearer " + Token, GateAnswer.Enter)]
    [InlineData(null, null, "Bearer wrong", GateAnswer.Refuse)]
    [InlineData(null, null, Token, GateAnswer.Refuse)]
    internal void With_a_token_whoever_shows_it_may_enter(string? shown, string? cookie, string? authorization, GateAnswer expected) =>
        Assert.Equal(expected, new DashboardGate(Token).Judge("example.org", shown, cookie, authorization));

    [Fact]
    public void The_cookie_that_it_gives_lets_in_and_is_not_the_token()
    {
        var gate = new DashboardGate(Token);

        Assert.Equal(GateAnswer.Enter, gate.Judge("example.org", null, gate.CookieValue, null));
        Assert.DoesNotContain(Token, gate.CookieValue, StringComparison.OrdinalIgnoreCase);
    }
}
