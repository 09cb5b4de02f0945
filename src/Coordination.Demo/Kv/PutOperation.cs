using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary><c>put</c>.</summary>
/// <param name="hex">Whether the key may be written as bytes; null: never.</param>
internal sealed class PutOperation(Option<bool>? hex = null) : IKvOperation
{
    private readonly Argument<string> _key = new("key") { Description = "The key." };
    private readonly Argument<string?> _value = new("value") { Description = "The value. Without it, the standard input is the value, byte by byte, and must not be empty.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<LeaseId> _lease = new("--lease") { Description = "The lease for the key, in hexadecimal.", HelpName = "id", CustomParser = LeaseText.Parse };
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Also print what the key was before." };
    private readonly Option<bool> _ignoreValue = new("--ignore-value") { Description = "Keep the value, change only the lease." };
    private readonly Option<bool> _ignoreLease = new("--ignore-lease") { Description = "Keep the lease, change only the value." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_key);
        command.Arguments.Add(_value);
        foreach (var option in (Option[])[_lease, _previous, _ignoreValue, _ignoreLease])
        {
            command.Options.Add(option);
        }

        command.Check(result =>
        {
            if (result.GetValue(_key) is "")
            {
                result.AddError("put: the key is empty; at least one byte is required.");
            }
            else if (result.GetValue(_ignoreValue) && result.GetValue(_value) is { } value)
            {
                result.AddError($"put: with --ignore-value there is no value; '{value}' is one too many.");
            }
            else if (result.GetValue(_ignoreLease) && !result.GetValue(_lease).IsNone)
            {
                result.AddError("put: --lease and --ignore-lease cannot be set at the same time, choose one.");
            }
        });
    }

    public EtcdOp Read(ParseResult result, Stream? piped)
    {
        var key = result.GetRequiredValue(_key);
        var ignoresValue = result.GetValue(_ignoreValue);
        var value = ignoresValue ? Bytes.Empty
            : result.GetValue(_value) is { } given ? given
            : piped is not null ? ReadAll(key, piped)
            : throw new UsageException($"put {key}: the value is missing.");
        return new EtcdOp.Put(HexText.Read(key, hex is not null && result.GetValue(hex)), value)
        {
            Lease = result.GetValue(_lease),
            PreviousValue = result.GetValue(_previous),
            IgnoreValue = ignoresValue,
            IgnoreLease = result.GetValue(_ignoreLease),
        };
    }

    private static Bytes ReadAll(string key, Stream piped)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (var count = piped.Read(buffer); count > 0; count = piped.Read(buffer))
        {
            all.Write(buffer, 0, count);
            if (all.Length > EtcdClientOptions.MaxRequestSize)
            {
                throw new UsageException($"put: the value on the standard input is larger than {EtcdClientOptions.MaxRequestSize} bytes, which is all that etcd takes.");
            }
        }

        // What starts programs without a terminal gives them an empty input, so this is a value that was left out more often than one that is meant.
        return all.Length > 0 ? all.ToArray() : throw new UsageException(
            $"put {key}: there is no value, and the standard input is empty. For an empty value write it: kv put {key} ''.");
    }
}
