using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;

namespace Coordination.Demo.Cron;

/// <summary>The options that the demo and its worker processes share.</summary>
internal sealed class CronOptions
{
    public Option<int> Jobs { get; } = Number("--jobs", 3, 1, 100, "How many jobs there are.");

    public Option<Duration> Tick { get; } = Span("--tick", TimeSpan.FromSeconds(1), 0.05, 3600, "How often the jobs' clock ticks; a job is due every 1 to 3 ticks.");

    public Option<Duration> Work { get; } = Span("--work", TimeSpan.FromMilliseconds(300), 0, 3600, "How long a job works.");

    public Option<Duration> Ttl { get; } = Span("--ttl", TimeSpan.FromSeconds(5), 2, 3600, "The TTL of the workers' leases: how long a crashed worker keeps its job.");

    public Option<string> LockPrefix { get; } = new("--lock-prefix")
    {
        Description = "The prefix of the lock keys.",
        HelpName = "key",
        DefaultValueFactory = _ => "/cron/lock/",
        CustomParser = ParsePrefix,
    };

    public static Option<Duration> Span(string name, TimeSpan value, double minSeconds, double maxSeconds, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        DefaultValueFactory = _ => new Duration(value),
        CustomParser = Duration.Between(TimeSpan.FromSeconds(minSeconds), TimeSpan.FromSeconds(maxSeconds)),
    };

    public static Option<int> Number(string name, int value, int min, int max, string description) => new(name)
    {
        Description = description,
        HelpName = "n",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, out var number))
            {
                result.AddError($"{name}: '{result.Tokens[0].Value}' is no whole number; allowed is {min} to {max}.");
            }
            else if (number < min || number > max)
            {
                result.AddError($"{name}: '{result.Tokens[0].Value}' is out of range; allowed is {min} to {max}.");
            }

            return number;
        },
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Jobs);
        command.Options.Add(Tick);
        command.Options.Add(Work);
        command.Options.Add(Ttl);
        command.Options.Add(LockPrefix);
    }

    public CronSettings Read(ParseResult result, EtcdSettings etcd, string run, long startTicks) => new(
        etcd,
        run,
        result.GetRequiredValue(LockPrefix),
        result.GetRequiredValue(Jobs),
        result.GetRequiredValue(Tick).Value,
        result.GetRequiredValue(Work).Value,
        result.GetRequiredValue(Ttl).Value,
        startTicks);

    private static string ParsePrefix(ArgumentResult result)
    {
        const int roomForName = 16;
        var prefix = result.Tokens[0].Value;
        var length = Encoding.UTF8.GetByteCount(prefix);
        if (length is 0 or > LockOptions.MaxNameLength - roomForName)
        {
            result.AddError($"--lock-prefix: the key has {length} bytes; allowed are 1 to {LockOptions.MaxNameLength - roomForName}.");
        }

        return prefix;
    }
}
