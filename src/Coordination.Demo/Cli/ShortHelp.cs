using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Coordination.Demo.Cli;

/// <summary>The help of a command: of the commands below it only the first line; each shows the rest itself.</summary>
internal sealed class ShortHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _whole;

    private ShortHelp(HelpAction whole) => _whole = whole;

    public override bool ClearsParseErrors => true;

    public static void Use(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ShortHelp((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        foreach (var command in parseResult.CommandResult.Command.Subcommands)
        {
            command.Description = FirstSentence(command.Description ?? "");
        }

        return _whole.Invoke(parseResult);
    }

    private static string FirstSentence(string description)
    {
        var paragraph = description.Split("\n\n", 2)[0].ReplaceLineEndings(" ");
        var end = paragraph.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? paragraph : paragraph[..(end + 1)];
    }
}
