using Coordination.Etcd.Transport;
using Etcdserverpb;

namespace Coordination.Etcd;

/// <summary>For programs that use dotnet-etcd beside this library. Its types are public nowhere else.</summary>
public static class DotnetEtcdExtensions
{
    /// <summary>
    /// The condition for a transaction of dotnet-etcd. With a handle's guard, the transaction takes its success branch only while the handle is held; the reply says
    /// whether it did (<c>Succeeded</c>). dotnet-etcd repeats a transaction whose reply was lost, so use one that may run twice.
    /// </summary>
    public static Compare ToCompare(this EtcdCompare condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return condition.ToProto();
    }
}
