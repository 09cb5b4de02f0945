using System.CommandLine;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary><c>del</c>.</summary>
internal sealed class DeleteOperation : IKvOperation
{
    private readonly KeyArguments _keys = new();
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Also print what was deleted." };

    public void AddTo(Command command)
    {
        _keys.AddTo(command);
        command.Options.Add(_previous);
    }

    public EtcdOp Read(ParseResult result, Stream? piped) => new EtcdOp.Delete(_keys.Read(result)) { PreviousValue = result.GetValue(_previous) };
}
