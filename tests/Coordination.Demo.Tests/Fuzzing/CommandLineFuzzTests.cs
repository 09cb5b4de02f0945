using System.CommandLine;
using System.Globalization;
using Coordination.Demo.Cli;
using Xunit.Abstractions;

namespace Coordination.Demo.Tests.Fuzzing;

/// <summary>A command line is understood, or its mistakes are named; it never throws. COORDINATION_FUZZ_RUNS says how many there are.</summary>
public sealed class CommandLineFuzzTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("COORDINATION_FUZZ_RUNS") ?? "5000", CultureInfo.InvariantCulture);

    private static readonly string[] Values =
    [
        "", " ", "0", "-1", "1", "5s", "0s", "-5s", "1h", "99999999999999999999", "1e9", "NaN", "true", "k", "/a/b", "é", "\ud800", "a\nb", "--", "-", "=", "--=", "@", "@/nowhere", "@/dev/null",
        "http://", "http://127.0.0.1:1", "http://u:p@h:1", "h:99999", "[::1]:1", ",", "{service}", "/{service}/{id}", "mod(\"k\") = \"0\"", "json", "table", "ff", "zz", new string('a', 3000), new string('9', 500),
    ];

    [Fact]
    public void A_command_line()
    {
        var random = new Random(1);
        using var terminal = new Terminal(Stream.Null, Stream.Null, TextWriter.Null);
        using var trailing = new TrailingCommand();
        var root = Tool.Root(terminal, trailing);
        var commands = Commands([], root).ToList();
        var problems = new List<string>();
        var understood = 0;
        for (var n = 0; n < Runs; n++)
        {
            string[] words = [.. Line(random, commands)];
            try
            {
                var result = root.Parse(trailing.TakeFrom(root, words));
                understood += result.Errors.Count == 0 && !UnknownOptions.In(result).Any() ? 1 : 0;
            }
            catch (Exception error)
            {
                problems.Add($"line {n}, '{string.Join("' '", words)}': {error}");
            }
        }

        output.WriteLine($"{Runs} command lines, {understood} of them understood");
        Assert.True(problems.Count == 0, string.Join("\n", problems.Select(problem => problem.Split("\n").Where((line, n) => n == 0 || line.Contains("Coordination.Demo.", StringComparison.Ordinal)).Take(3)).Select(lines => string.Join(" ", lines))));
        Assert.InRange(understood, Runs / 100, Runs - (Runs / 20));
    }

    private static IEnumerable<string> Line(Random random, List<(string[] Path, Command Command)> commands)
    {
        var (path, command) = commands[random.Next(commands.Count)];
        var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive))).ToList();
        IEnumerable<string> rest = Enumerable.Range(0, random.Next(5)).SelectMany(_ => Part(random, options));
        return random.Next(10) == 0 ? rest.Concat(path) : path.Concat(rest);
    }

    private static string[] Part(Random random, List<Option> options)
    {
        var value = Values[random.Next(Values.Length)];
        var option = options.Count == 0 || random.Next(20) == 0 ? "--nothing" : options[random.Next(options.Count)].Name;
        return random.Next(6) switch
        {
            0 or 1 => [value],
            2 => [option],
            3 => [$"{option}={value}"],
            _ => [option, value],
        };
    }

    private static IEnumerable<(string[] Path, Command Command)> Commands(string[] path, Command command) =>
        command.Subcommands.SelectMany(sub => Commands([.. path, sub.Name], sub)).Prepend((path, command));
}
