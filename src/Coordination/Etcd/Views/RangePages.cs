using System.Runtime.CompilerServices;

namespace Coordination.Etcd.Views;

/// <summary>A large range in pages of one revision.</summary>
internal static class RangePages
{
    public static async IAsyncEnumerable<GetResult> ReadAsync(
        IEtcdClient client, EtcdOp.Get get, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = get.Limit > 0 ? get.Limit : long.MaxValue;
        for (var next = get; ;)
        {
            var page = await client.GetAsync(next with { Limit = Math.Min(pageSize, left) }, cancellationToken).ConfigureAwait(false);
            yield return page;
            left -= page.KeyValues.Length;
            if (!page.More || left <= 0 || page.KeyValues.IsEmpty)
            {
                yield break;
            }

            next = next with
            {
                Keys = KeyRange.Between(After(page.KeyValues[^1].Key), get.Keys.End),

                // The first page tells the revision of all.
                Revision = next.Revision == Revision.None ? page.Header.Revision : next.Revision,
            };
        }
    }

    /// <summary>The first key that can follow a key.</summary>
    private static Bytes After(Bytes key) => (byte[])[.. key.Span, 0];
}
