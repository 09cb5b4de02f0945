using System.Text.RegularExpressions;
using Coordination.Hosting;

namespace Coordination.Tests.Hosting;

/// <summary>docs/configuration.md and hocon/coordination.conf say what the code says.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "configuration.md"));
    private static readonly string Reference = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "coordination.conf"));

    [Fact]
    public void The_page_lists_every_setting_with_its_default_and_no_other()
    {
        var listed = Row().Matches(Page).ToDictionary(m => m.Groups["name"].Value, m => (Hocon: m.Groups["hocon"].Value, Default: m.Groups["default"].Value.Trim('`')));
        var there = OptionSchema.Settings.ToDictionary(
            setting => setting.ConfigurationPath, setting => (setting.HoconPath, OptionText.Write(setting, setting.Read(new CoordinationOptions()))));

        // The owner is another one on each machine.
        there["Owner"] = (there["Owner"].HoconPath, "machine:process id");

        Assert.Equal(there.OrderBy(s => s.Key, StringComparer.Ordinal), listed.OrderBy(s => s.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void The_reference_file_explains_every_setting() => Assert.All(OptionSchema.Settings, setting =>
        Assert.Matches($@"(?m)^\s*{setting.HoconPath.Split('.')[^1]}\s*=", Reference));

    // | `Etcd:RequestTimeout` | `etcd.request-timeout` | `5s` | …
    [GeneratedRegex(@"(?m)^\| `(?<name>[A-Za-z:]+)` \| `(?<hocon>[a-z.-]+)` \| (?<default>[^|]*?) \|")]
    private static partial Regex Row();
}
