using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary>One of put, get and del: its arguments and options, on the command line and in a line of a transaction.</summary>
internal interface IKvOperation
{
    void AddTo(Command command);

    /// <summary>The operation that the line asks for.</summary>
    /// <param name="result">The parsed line.</param>
    /// <param name="piped">Where a value that is not on the line comes from; null: it must be on the line.</param>
    /// <exception cref="UsageException">Something is missing.</exception>
    EtcdOp Read(ParseResult result, Stream? piped);
}
