using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Coordination.Embedded.Snapshots;

/// <summary>
/// Writes a database file of bbolt, the storage engine of etcd: two meta pages, an empty list of free pages, and for every bucket a tree of pages with
/// its keys in order. (The format is described in bbolt's page.go, node.go and db.go.)
/// </summary>
internal sealed class BoltFile
{
    private const int PageSize = 4096;
    private const int HeaderSize = 16;
    private const int ElementSize = 16;
    private const ushort BranchPage = 0x01;
    private const ushort LeafPage = 0x02;
    private const ushort MetaPage = 0x04;
    private const ushort FreePage = 0x10;
    private const uint BucketElement = 1;
    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;
    private const ulong FreeList = 2;
    private const int MetaChecksumAt = HeaderSize + 56;

    private readonly ArrayBufferWriter<byte> _pages = new();

    private BoltFile() => _pages.Write(new byte[3 * PageSize]);

    private ulong NextPage => (ulong)(_pages.WrittenCount / PageSize);

    /// <summary>Makes a file.</summary>
    /// <param name="buckets">The buckets; their keys in the order of their bytes.</param>
    public static byte[] Write(IReadOnlyDictionary<string, IReadOnlyList<(byte[] Key, byte[] Value)>> buckets)
    {
        var file = new BoltFile();
        var roots = new List<(byte[], byte[])>();
        foreach (var (name, pairs) in buckets.OrderBy(static bucket => bucket.Key, StringComparer.Ordinal))
        {
            var root = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(root, file.WriteTree(pairs, 0));
            roots.Add((Encoding.ASCII.GetBytes(name), root));
        }

        return file.Finish(file.WriteTree(roots, BucketElement));
    }

    private ulong WriteTree(IReadOnlyList<(byte[] Key, byte[] Value)> pairs, uint flags)
    {
        var level = WriteLevel(pairs, static pair => pair.Key.Length + pair.Value.Length, page => WriteLeaf(page, flags), static pair => pair.Key);
        while (level.Count > 1)
        {
            level = WriteLevel(level, static child => child.First.Length, WriteBranch, static child => child.First);
        }

        return level[0].Page;
    }

    // Fills page after page; what is larger than a page gets one that runs over.
    private List<(byte[] First, ulong Page)> WriteLevel<T>(IReadOnlyList<T> items, Func<T, int> sizeOf, Action<List<T>> write, Func<T, byte[]> keyOf)
    {
        var pages = new List<(byte[], ulong)>();
        var page = new List<T>();
        var size = HeaderSize;
        foreach (var item in items)
        {
            var more = ElementSize + sizeOf(item);
            if (page.Count > 1 && size + more > PageSize)
            {
                Flush();
            }

            page.Add(item);
            size += more;
        }

        Flush();
        return pages;

        void Flush()
        {
            pages.Add((page.Count > 0 ? keyOf(page[0]) : [], NextPage));
            write(page);
            page = [];
            size = HeaderSize;
        }
    }

    private void WriteLeaf(List<(byte[] Key, byte[] Value)> pairs, uint flags) =>
        WritePage(LeafPage, pairs, static pair => [.. pair.Key, .. pair.Value], (element, pair, position) =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(element, flags);
            BinaryPrimitives.WriteUInt32LittleEndian(element[4..], position);
            BinaryPrimitives.WriteUInt32LittleEndian(element[8..], (uint)pair.Key.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(element[12..], (uint)pair.Value.Length);
        });

    private void WriteBranch(List<(byte[] First, ulong Page)> children) =>
        WritePage(BranchPage, children, static child => child.First, static (element, child, position) =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(element, position);
            BinaryPrimitives.WriteUInt32LittleEndian(element[4..], (uint)child.First.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(element[8..], child.Page);
        });

    private void WritePage<T>(ushort kind, List<T> items, Func<T, byte[]> dataOf, ElementWriter<T> writeElement)
    {
        var data = items.ConvertAll(item => dataOf(item));
        var length = HeaderSize + (ElementSize * items.Count) + data.Sum(static bytes => bytes.Length);
        var pages = (length + PageSize - 1) / PageSize;
        var page = new byte[pages * PageSize];
        WriteHeader(page, NextPage, kind, (ushort)items.Count, (uint)(pages - 1));
        var (element, at) = (HeaderSize, HeaderSize + (ElementSize * items.Count));
        for (var i = 0; i < items.Count; i++, element += ElementSize)
        {
            // Positions are counted from the element itself.
            writeElement(page.AsSpan(element), items[i], (uint)(at - element));
            data[i].CopyTo(page, at);
            at += data[i].Length;
        }

        _pages.Write(page);
    }

    private byte[] Finish(ulong root)
    {
        var end = NextPage;
        var file = _pages.WrittenSpan.ToArray();
        for (ulong i = 0; i < 2; i++)
        {
            var meta = file.AsSpan((int)i * PageSize, PageSize);
            WriteHeader(meta, i, MetaPage, 0, 0);
            BinaryPrimitives.WriteUInt32LittleEndian(meta[16..], Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(meta[20..], Version);
            BinaryPrimitives.WriteUInt32LittleEndian(meta[24..], PageSize);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[32..], root);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[48..], FreeList);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[56..], end);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[64..], i);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[MetaChecksumAt..], Fnv1A(meta[HeaderSize..MetaChecksumAt]));
        }

        WriteHeader(file.AsSpan((int)FreeList * PageSize), FreeList, FreePage, 0, 0);
        return file;
    }

    private static void WriteHeader(Span<byte> page, ulong id, ushort kind, ushort count, uint overflow)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, id);
        BinaryPrimitives.WriteUInt16LittleEndian(page[8..], kind);
        BinaryPrimitives.WriteUInt16LittleEndian(page[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], overflow);
    }

    private static ulong Fnv1A(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in bytes)
        {
            hash = unchecked((hash ^ b) * 1099511628211UL);
        }

        return hash;
    }

    private delegate void ElementWriter<T>(Span<byte> element, T item, uint position);
}
