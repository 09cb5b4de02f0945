using System.CommandLine;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Completion;

/// <summary>The command <c>completion</c>: a script for a shell that asks this tool (<c>[suggest]</c>) what could come next.</summary>
internal static class CompletionCommand
{
    public static Command Create(Terminal terminal) => new(
        "completion",
        """
        Prints a script that makes a shell complete the words of this tool.

        Examples:
          source <(coordination completion bash)                                         (in ~/.bashrc)
          coordination completion bash > /etc/bash_completion.d/coordination
          coordination completion zsh > ~/.zfunc/_coordination                           (with fpath+=(~/.zfunc) before compinit)
          coordination completion fish > ~/.config/fish/completions/coordination.fish
          coordination completion pwsh | Out-String | Invoke-Expression                  (in $PROFILE)
        """)
    {
        For(terminal, "bash", CompletionScripts.Bash),
        For(terminal, "zsh", CompletionScripts.Zsh),
        For(terminal, "fish", CompletionScripts.Fish),
        For(terminal, "pwsh", CompletionScripts.PowerShell),
    };

    private static Command For(Terminal terminal, string shell, string script)
    {
        var command = new Command(shell, $"Prints the script for {shell}.");
        command.SetAction(_ =>
        {
            terminal.Write(script);
            return ExitCode.Ok;
        });
        return command;
    }
}
