namespace Coordination.Histories;

/// <summary>A read or a write, as its caller saw it.</summary>
/// <param name="What">For people.</param>
/// <param name="Begun">When it was asked for.</param>
/// <param name="Ended">When the answer came.</param>
/// <param name="Revision">At which revision etcd carried it out.</param>
/// <param name="IsWrite">Whether it made that revision.</param>
internal sealed record Operation(string What, long Begun, long Ended, long Revision, bool IsWrite);

/// <summary>
/// Whether operations are linearizable. etcd says at which revision it carried each out, so there is only one order to try: it has to be the order in real time of all
/// operations of which one ended before the other began.
/// </summary>
internal static class Operations
{
    public static IEnumerable<string> Violations(IReadOnlyCollection<Operation> operations)
    {
        var ended = new Queue<Operation>(operations.OrderBy(static o => o.Ended));
        Operation? newest = null;
        foreach (var next in operations.OrderBy(static o => o.Begun))
        {
            while (ended.TryPeek(out var earlier) && earlier.Ended < next.Begun)
            {
                newest = newest is null || earlier.Revision > newest.Revision ? earlier : newest;
                ended.Dequeue();
            }

            if (newest is not null && (next.Revision < newest.Revision || (next.IsWrite && next.Revision == newest.Revision)))
            {
                yield return $"{next.What} was carried out at revision {next.Revision}, although {newest.What} had ended before at {newest.Revision}";
            }
        }
    }
}
