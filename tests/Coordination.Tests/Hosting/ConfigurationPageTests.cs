using System.Text;
using Coordination.Hosting;

namespace Coordination.Tests.Hosting;

/// <summary>docs/configuration.md lists all settings with their defaults, and says of each what hocon/coordination.conf says.</summary>
public sealed class ConfigurationPageTests
{
    private static readonly Dictionary<string, string> Titles = new()
    {
        [""] = "The system", ["session"] = "The session", ["etcd"] = "The connection to etcd", ["journal"] = "Journals", ["locks"] = "Locks", ["elections"] = "Elections",
        ["services"] = "Registration and discovery", ["watches"] = "Watches", ["diagnostics"] = "Diagnostics",
    };

    [Fact]
    public void The_page_lists_every_setting_with_its_default_and_no_other()
    {
        var explained = Explanations(Pages.Read("hocon/coordination.conf"));
        var page = new StringBuilder();
        foreach (var block in OptionSchema.Settings.GroupBy(setting => BlockOf(setting.HoconPath)))
        {
            page.Append($"\n### {Titles[block.Key]}\n\n| setting | HOCON | default | what, and what is allowed |\n|---|---|---|---|\n");
            foreach (var setting in block)
            {
                Assert.True(explained.ContainsKey(setting.HoconPath), $"hocon/coordination.conf does not explain {setting.HoconPath}.");
                page.Append($"| `{setting.ConfigurationPath}` | `{setting.HoconPath}` | {DefaultOf(setting)} | {explained[setting.HoconPath]} |\n");
            }
        }

        Pages.Check("docs/configuration.md", "settings", page.ToString());
        Assert.Equal(OptionSchema.Settings.Select(setting => setting.HoconPath).Order(), explained.Keys.Order());
    }

    private static string BlockOf(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.IndexOf('.', StringComparison.Ordinal)] : "";

    // The owner is another one on each machine.
    private static string DefaultOf(OptionSetting setting) => setting.Name == nameof(CoordinationOptions.Owner) ? "machine:process id"
        : OptionText.Write(setting, setting.Read(new CoordinationOptions())) is { Length: > 0 } text ? $"`{text}`" : "";

    /// <summary>The comment before each setting of the reference file; one without its own shares that of the setting before, or of its block.</summary>
    private static Dictionary<string, string> Explanations(string reference)
    {
        var explained = new Dictionary<string, string>();
        var path = new Stack<string>();
        var comment = new List<string>();
        var last = "";
        foreach (var line in reference.Split('\n').Select(line => line.Trim()))
        {
            switch (line)
            {
                case ['#', .. var text]:
                    comment.Add(text.Trim());
                    continue;
                case [.. var block, '{']:
                    path.Push(block.Trim());
                    last = string.Join(' ', comment);
                    break;
                case "}":
                    path.Pop();
                    break;
                case var setting when setting.IndexOf('=', StringComparison.Ordinal) is var at and > 0:
                    last = comment.Count > 0 ? string.Join(' ', comment) : last;
                    explained[string.Join('.', path.Reverse().Skip(1).Append(setting[..at].Trim()))] = last;
                    break;
                default:
                    // A comment before an empty line is about what follows, not about one setting.
                    break;
            }

            comment.Clear();
        }

        return explained;
    }
}
