using System.CommandLine;
using Coordination.Demo.Kv;
using Coordination.Etcd;

namespace Coordination.Demo.Watching;

/// <summary>What to watch: on the command line, or in a line of <c>watch -i</c>.</summary>
internal sealed class WatchLine
{
    private readonly KeyArguments _keys = new(isKeyOptional: true, hasFromKey: false);
    private readonly Option<long> _revision = NumberOption.Create("--rev", "Begin with this revision: with the history. Default: now.");
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Also print what the key was before." };

    public void AddTo(Command command)
    {
        _keys.AddTo(command);
        command.Options.Add(_revision);
        command.Options.Add(_previous);
    }

    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) => _keys.IsGiven(result);

    /// <summary>The keys, and others in the same way.</summary>
    public IEnumerable<WatchedLine> Read(ParseResult result, params string[] others)
    {
        var options = new KeyWatchOptions { From = new Revision(result.GetValue(_revision)), PreviousValue = result.GetValue(_previous) };
        return [new WatchedLine(_keys.Read(result), options), .. others.Select(key => new WatchedLine(_keys.Read(result, key), options))];
    }
}

/// <summary>Some keys, and how to watch them.</summary>
internal sealed record WatchedLine(KeyRange Keys, KeyWatchOptions Options);
