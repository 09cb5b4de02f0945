using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Coordination.Demo.Kv;

/// <summary>Options and arguments that are revisions or counts: 0 or more.</summary>
internal static class NumberOption
{
    public static Option<long> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result => Parse(result, 0),
    };

    public static long Parse(ArgumentResult result, long min)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < min)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{result.Argument.Name}: '{text}' is not allowed; a whole number from {min} on is."));
        }

        return number;
    }
}
