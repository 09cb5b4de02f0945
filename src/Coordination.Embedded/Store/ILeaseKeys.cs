using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>Where the store reports which keys hang on which lease.</summary>
internal interface ILeaseKeys
{
    /// <summary>The key now belongs to the lease, which exists.</summary>
    void Attach(long lease, ByteString key);

    /// <summary>The key no longer belongs to the lease.</summary>
    void Detach(long lease, ByteString key);
}
