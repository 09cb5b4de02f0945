using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv.Txn;

/// <summary>A condition such as <c>mod("key") > "0"</c>.</summary>
internal static class TxnCondition
{
    private const string Allowed = """allowed is for example mod("key") > "0", with create, mod, ver, val or lease, and =, !=, < or >""";

    private static readonly string[] Signs = ["!=", "=", "<", ">"];

    /// <exception cref="UsageException">It cannot be read.</exception>
    public static EtcdCompare Parse(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || open + 1 >= line.Length || line[open + 1] != '"')
        {
            throw Malformed(line);
        }

        var (key, keyLength) = TxnWords.Quoted(line[(open + 1)..]);
        var rest = line[(open + 1 + keyLength)..].TrimStart();
        if (!rest.StartsWith(')'))
        {
            throw Malformed(line);
        }

        rest = rest[1..].TrimStart();
        var sign = Signs.FirstOrDefault(sign => rest.StartsWith(sign, StringComparison.Ordinal)) ?? throw Malformed(line);
        var operand = rest[sign.Length..].Trim();
        if (operand.Length < 2 || operand[0] != '"' || TxnWords.Quoted(operand) is var (given, length) && length != operand.Length)
        {
            throw Malformed(line);
        }

        return key.Length == 0
            ? throw new UsageException($"The condition '{line}' has an empty key; at least one byte is required.")
            : Of(line, line[..open].Trim(), key, ResultOf(sign), TxnWords.Quoted(operand).Text);
    }

    private static EtcdCompare Of(string line, string target, Bytes key, CompareResult sign, string given) => target switch
    {
        "c" or "create" => EtcdCompare.CreateRevision(key, sign, new Revision(Number(line, given))),
        "m" or "mod" => EtcdCompare.ModRevision(key, sign, new Revision(Number(line, given))),
        "ver" or "version" => EtcdCompare.Version(key, sign, Number(line, given)),
        "val" or "value" => EtcdCompare.Value(key, sign, given),
        "lease" => EtcdCompare.Lease(key, sign, new LeaseId(Number(line, given, NumberStyles.AllowHexSpecifier))),
        _ => throw Malformed(line),
    };

    private static CompareResult ResultOf(string sign) => sign switch
    {
        "=" => CompareResult.Equal,
        "!=" => CompareResult.NotEqual,
        "<" => CompareResult.Less,
        _ => CompareResult.Greater,
    };

    private static long Number(string line, string text, NumberStyles style = NumberStyles.AllowLeadingSign) =>
        long.TryParse(text, style, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"The condition '{line}': '{text}' is no whole number.");

    private static UsageException Malformed(string line) => new($"The condition '{line}' cannot be read; {Allowed}.");
}
