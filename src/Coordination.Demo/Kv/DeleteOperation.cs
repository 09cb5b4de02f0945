using System.CommandLine;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary><c>del</c>.</summary>
/// <param name="hex">Whether keys may be written as bytes; null: never.</param>
internal sealed class DeleteOperation(Option<bool>? hex = null) : IKvOperation
{
    private readonly KeyArguments _keys = new(hex: hex);
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Also print what was deleted." };

    public void AddTo(Command command)
    {
        _keys.AddTo(command);
        command.Options.Add(_previous);
    }

    public EtcdOp Read(ParseResult result, Stream? piped) => new EtcdOp.Delete(_keys.Read(result)) { PreviousValue = result.GetValue(_previous) };
}
