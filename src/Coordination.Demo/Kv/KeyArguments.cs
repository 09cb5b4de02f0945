using System.CommandLine;
using System.CommandLine.Parsing;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>One key, a range [key, range_end), a prefix, or everything from a key on: as etcdctl says it.</summary>
internal sealed class KeyArguments
{
    private readonly bool _hasFromKey;
    private readonly Option<bool>? _hex;
    private readonly Argument<string> _key = new("key") { Description = "The key, or the first one of a range." };
    private readonly Argument<string?> _end = new("range_end") { Description = "The key after the last one of a range.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _prefix = new("--prefix") { Description = "All keys that begin with the key; an empty key ('') means all keys." };
    private readonly Option<bool> _fromKey = new("--from-key") { Description = "All keys that are not smaller than the key, byte by byte." };

    /// <param name="isKeyOptional">Whether the key may come from somewhere else.</param>
    /// <param name="hasFromKey">Whether there is <c>--from-key</c>.</param>
    /// <param name="hex">Whether keys may be written as bytes; null: never.</param>
    public KeyArguments(bool isKeyOptional = false, bool hasFromKey = true, Option<bool>? hex = null)
    {
        _hex = hex;
        _hasFromKey = hasFromKey;
        if (isKeyOptional)
        {
            _key.Arity = ArgumentArity.ZeroOrOne;
        }
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_key);
        command.Arguments.Add(_end);
        command.Options.Add(_prefix);
        if (_hasFromKey)
        {
            command.Options.Add(_fromKey);
        }

        command.Check(CheckKeys);
    }

    /// <summary>Whether a key is given.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) => result.GetValue(_key) is not null;

    public KeyRange Read(ParseResult result) => Read(result, result.GetRequiredValue(_key));

    /// <summary>The same kind of range for another key.</summary>
    public KeyRange Read(ParseResult result, string key)
    {
        var isHex = _hex is not null && result.GetValue(_hex);
        var first = HexText.Read(key, isHex);
        return result.GetValue(_prefix) ? KeyRange.Prefix(first)
            : _hasFromKey && result.GetValue(_fromKey) ? KeyRange.From(first)
            : result.GetValue(_end) is { } end ? KeyRange.Between(first, HexText.Read(end, isHex))
            : KeyRange.Of(first);
    }

    private static bool IsEmpty(string key, string end, bool isHex) => KeyRange.Between(HexText.Read(key, isHex), HexText.Read(end, isHex)).IsEmpty;

    private void CheckKeys(CommandResult result)
    {
        var isPrefix = result.GetValue(_prefix);
        var isFrom = _hasFromKey && result.GetValue(_fromKey);
        var key = result.GetValue(_key);
        var end = result.GetValue(_end);
        var word = $"{result.Command.Name}: ";
        if (isPrefix && isFrom)
        {
            result.AddError(word + "--prefix and --from-key cannot be set at the same time, choose one.");
        }
        else if ((isPrefix || isFrom) && end is not null)
        {
            result.AddError(word + $"with {(isPrefix ? "--prefix" : "--from-key")} there is no range_end; '{end}' is one too many.");
        }
        else if (key is "" && !isPrefix && !isFrom)
        {
            result.AddError(word + "the key is empty; for all keys write '' --prefix.");
        }
        else if (key is not null && end is not null && IsEmpty(key, end, _hex is not null && result.GetValue(_hex)))
        {
            result.AddError(word + $"the range ['{key}', '{end}') is empty: its end must come after its first key.");
        }
    }
}
