using System.CommandLine.Parsing;
using System.Globalization;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Leases;

/// <summary>A TTL as etcdctl takes it, a number of seconds, or as a duration.</summary>
internal static class Ttl
{
    /// <summary>The longest that etcd grants, in seconds.</summary>
    private const long Longest = 9_000_000_000;

    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            text += "s";
        }

        if (Duration.TryParse(text, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Longest), out var problem) is not { } ttl)
        {
            result.AddError($"{result.Argument.Name}: {problem}");
            return TimeSpan.FromSeconds(1);
        }

        if (ttl.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{result.Argument.Name}: {text} is no whole number of seconds; etcd counts in seconds."));
        }

        return ttl;
    }
}
