using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>
/// The name of a shared lock and its keys in etcd. Each who wants in has an entry: one key on its session's lease, under the folder of its mode, the
/// lease's id and the id of the attempt. So all entries of one system lie together, and no two attempts share a key.
/// <code>
/// &lt;name&gt;/rwlock/writers/&lt;lease&gt;/&lt;attempt&gt;    &lt;name&gt;/rwlock/readers/&lt;lease&gt;/&lt;attempt&gt;    &lt;name&gt;/semaphore/&lt;lease&gt;/&lt;attempt&gt;
/// </code>
/// </summary>
internal sealed record SharedLockName(SharedKind Kind, string Name)
{
    public static string FolderName(SharedMode mode) => mode switch
    {
        SharedMode.Read => "rwlock/readers",
        SharedMode.Write => "rwlock/writers",
        _ => "semaphore",
    };

    /// <summary>All entries of a mode.</summary>
    public KeyRange Folder(SharedMode mode) => KeyRange.Prefix($"{Name}/{FolderName(mode)}/");

    /// <summary>All entries of a mode on one lease.</summary>
    public KeyRange OwnFolder(SharedMode mode, LeaseId lease) => KeyRange.Prefix($"{Name}/{FolderName(mode)}/{lease}/");

    public Bytes KeyOf(SharedMode mode, LeaseId lease, AttemptId attempt) => $"{Name}/{FolderName(mode)}/{lease}/{attempt}";

    /// <summary>Whether a key is one that this system puts on this lease.</summary>
    public bool IsOwn(Bytes key, LeaseId lease) => Kind == SharedKind.Semaphore
        ? OwnFolder(SharedMode.Permits, lease).Contains(key)
        : OwnFolder(SharedMode.Write, lease).Contains(key) || OwnFolder(SharedMode.Read, lease).Contains(key);

    public override string ToString() => Name;
}
