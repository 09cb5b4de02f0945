using System.CommandLine.Parsing;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Demo.Cli;

/// <summary>The ids of leases as etcdctl writes them: in hexadecimal, 16 digits.</summary>
internal static class LeaseText
{
    public static string Of(LeaseId lease) => lease.Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>A parser for an option or argument.</summary>
    public static LeaseId Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (!long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) || id < 0)
        {
            result.AddError($"{result.Argument.Name}: '{text}' is no lease id; allowed are up to 16 hexadecimal digits, as 'lease grant' and 'lease list' print them.");
        }

        return new LeaseId(id);
    }
}
