using System.CommandLine;

namespace Coordination.Demo.Cli;

/// <summary>The options <c>--json</c> and <c>-w</c>. They change the form of a result, never where it goes.</summary>
internal sealed class FormOption
{
    private readonly Option<bool> _json = new("--json") { Description = "The result as JSON, in etcdctl's form: keys and values in base64." };
    private readonly Option<string?> _write;

    public FormOption(bool hasTable = false)
    {
        _write = new Option<string?>("--write-out", "-w") { Description = $"The form of the result: simple, json{(hasTable ? " or table (the default in a terminal)" : "")}.", HelpName = "form" };
        _write.AcceptOnlyFromAmong(hasTable ? ["simple", "json", "table"] : ["simple", "json"]);
        HasTable = hasTable;
    }

    private bool HasTable { get; }

    public void AddTo(Command command)
    {
        command.Options.Add(_json);
        command.Options.Add(_write);
        command.Check(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_write) is { } form and not "json")
            {
                result.AddError($"--json and --write-out {form} cannot be set at the same time, choose one.");
            }
        });
    }

    public OutputForm Read(ParseResult result, Terminal terminal) => result.GetValue(_json) ? OutputForm.Json : result.GetValue(_write) switch
    {
        "json" => OutputForm.Json,
        "table" => OutputForm.Table,
        null when HasTable && terminal.ShowsTables => OutputForm.Table,
        _ => OutputForm.Simple,
    };
}
