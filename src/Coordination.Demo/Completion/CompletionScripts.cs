namespace Coordination.Demo.Completion;

/// <summary>The scripts. Each hands the line without the tool's name to <c>[suggest:position]</c>, and offers what it prints.</summary>
internal static class CompletionScripts
{
    public const string Bash =
        """
        # bash completion for coordination
        _coordination() {
            local tool="${COMP_LINE%%[[:space:]]*}"
            local line="${COMP_LINE#"$tool"}"; line="${line# }"
            local at=$((COMP_POINT - (${#COMP_LINE} - ${#line})))
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(command "${COMP_WORDS[0]}" "[suggest:$at]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _coordination coordination

        """;

    public const string Zsh =
        """
        #compdef coordination
        # zsh completion for coordination
        _coordination() {
            local line="${BUFFER#*[[:space:]]}"
            local -a offers
            offers=("${(@f)$(command "${words[1]}" "[suggest:$((CURSOR - (${#BUFFER} - ${#line})))]" "$line" 2>/dev/null)}")
            compadd -- "${offers[@]}" || _files
        }
        compdef _coordination coordination

        """;

    public const string Fish =
        """
        # fish completion for coordination
        function __coordination_complete
            set -l whole (commandline -cp)
            set -l line (string replace -r '^\S+\s?' '' -- "$whole")
            command coordination "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c coordination -a '(__coordination_complete)'

        """;

    public const string PowerShell =
        """
        # PowerShell completion for coordination
        Register-ArgumentCompleter -Native -CommandName coordination -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $whole = "$commandAst".PadRight($cursorPosition)
            $line = $whole -replace '^\S+\s?', ''
            $at = $cursorPosition - ($whole.Length - $line.Length)
            coordination "[suggest:$at]" $line 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;
}
