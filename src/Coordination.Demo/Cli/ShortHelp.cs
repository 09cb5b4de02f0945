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
            command.Description = command.Description?.Split('\n', 2)[0];
        }

        return _whole.Invoke(parseResult);
    }
}
