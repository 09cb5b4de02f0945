using Coordination.Etcd.Transport;
using Etcdserverpb;

namespace Coordination.Etcd;

/// <summary>For programs that use dotnet-etcd beside this library. Nowhere else do its types appear in public.</summary>
public static class DotnetEtcdExtensions
{
    /// <summary>
    /// The condition for a transaction of dotnet-etcd's: with a handle's guard, what the transaction does is done only while the handle is held. Whether it was done
    /// is in the reply (<c>Succeeded</c>). dotnet-etcd repeats a transaction whose reply was lost, so it should be one that can be done twice.
    /// </summary>
    public static Compare ToCompare(this EtcdCompare condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return condition.ToProto();
    }
}
