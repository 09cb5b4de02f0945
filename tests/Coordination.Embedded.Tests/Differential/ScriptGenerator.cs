using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>
/// Random requests over few keys and few leases, so that they meet. The same seed makes the same script. Never more than twelve keys: with more,
/// etcd's sorting leaves equal elements in an order of its own.
/// </summary>
internal sealed class ScriptGenerator(int seed)
{
    private static readonly ByteString[] Keys =
    [
        .. new[] { "a", "aa", "ab", "b", "ba", "c", "/cron/lock/job1", "/cron/lock/job2" }.Select(ByteString.CopyFromUtf8),
        ByteString.CopyFrom(0), ByteString.CopyFrom(0xFF),
    ];

    private static readonly ByteString Empty = ByteString.Empty;

    private readonly Random _random = new(seed);
    private long _writes = 1;

    // A put that keeps what a delete without an end removes crashes etcd 3.4, so a transaction has only one of the two.
    private bool _mayKeep = true;
    private bool _mayDeleteAll = true;

    public List<IMessage> Next(int length) => [.. Enumerable.Range(0, length).Select(_ => Request())];

    private IMessage Request() => _random.Next(100) switch
    {
        < 22 => Put(),
        < 30 => Delete(),
        < 50 => Range(),
        < 70 => WholeTxn(),
        < 74 => Grant(),
        < 76 => new LeaseRevokeRequest { ID = Lease() },
        < 79 => new LeaseTimeToLiveRequest { ID = Lease(), Keys = Maybe() },
        < 81 => new LeaseKeepAliveRequest { ID = Lease() },
        < 82 => new LeaseLeasesRequest(),
        < 92 => Watch(),
        < 94 => new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = _random.Next(5) } },
        < 95 => new WatchRequest { ProgressRequest = new WatchProgressRequest() },

        // Physical: otherwise etcd clears up in the background, and its hash depends on how far it has come.
        < 97 => new CompactionRequest { Revision = Revision(), Physical = true },
        _ => new HashKVRequest { Revision = Maybe() ? 0 : Revision() },
    };

    private PutRequest Put()
    {
        _writes++;
        var put = new PutRequest { Key = Key(), Value = Value(), Lease = Rarely(4) ? Lease() : 0, PrevKv = Maybe() };
        if (_mayKeep && Rarely(8))
        {
            put.IgnoreValue = true;
            put.Value = Rarely(4) ? put.Value : Empty;
        }

        if (_mayKeep && Rarely(8))
        {
            put.IgnoreLease = true;
            put.Lease = Rarely(4) ? put.Lease : 0;
        }

        return put;
    }

    private DeleteRangeRequest Delete()
    {
        _writes++;
        var end = RangeEnd();
        return new DeleteRangeRequest { Key = Key(), RangeEnd = !_mayDeleteAll && end.Length == 1 && end[0] == 0 ? Empty : end, PrevKv = Maybe() };
    }

    private RangeRequest Range()
    {
        var range = new RangeRequest { Key = Key(), RangeEnd = RangeEnd(), Serializable = Rarely(5), KeysOnly = Rarely(5), CountOnly = Rarely(8) };
        range.Limit = Rarely(3) ? (Rarely(20) ? long.MaxValue : _random.Next(-1, 5)) : 0;
        range.Revision = Rarely(3) ? Revision() : 0;
        range.SortOrder = (RangeRequest.Types.SortOrder)(Maybe() ? OneOf(3) : 0);

        // A target that there is not crashes etcd 3.4.
        range.SortTarget = (RangeRequest.Types.SortTarget)(Maybe() ? _random.Next(5) : 0);
        range.MinModRevision = Rarely(8) ? Revision() : 0;
        range.MaxModRevision = Rarely(8) ? Revision() : 0;
        range.MinCreateRevision = Rarely(8) ? Revision() : 0;
        range.MaxCreateRevision = Rarely(8) ? Revision() : 0;
        return range;
    }

    private TxnRequest WholeTxn()
    {
        _mayKeep = Maybe();
        _mayDeleteAll = !_mayKeep;
        var txn = Txn(1);
        (_mayKeep, _mayDeleteAll) = (true, true);
        return txn;
    }

    private TxnRequest Txn(int depth)
    {
        _writes++;
        var txn = new TxnRequest();
        txn.Compare.AddRange(Enumerable.Range(0, _random.Next(3)).Select(_ => Condition()));
        txn.Success.AddRange(Operations(depth));
        txn.Failure.AddRange(Operations(depth));
        return txn;
    }

    private List<RequestOp> Operations(int depth)
    {
        var count = Rarely(60) ? _random.Next(120, 135) : _random.Next(4);
        return [.. Enumerable.Range(0, count).Select(_ => Operation(depth))];
    }

    private RequestOp Operation(int depth) => _random.Next(12) switch
    {
        < 4 => new RequestOp { RequestPut = Put() },
        < 6 => new RequestOp { RequestDeleteRange = Delete() },
        < 9 => new RequestOp { RequestRange = Range() },
        < 11 when depth < 3 => new RequestOp { RequestTxn = Txn(depth + 1) },
        _ => Rarely(10) ? new RequestOp() : new RequestOp { RequestRange = Range() },
    };

    private Compare Condition()
    {
        var compare = new Compare
        {
            Key = Key(),
            RangeEnd = Rarely(4) ? RangeEnd() : Empty,
            Result = (Compare.Types.CompareResult)OneOf(4),
            Target = (Compare.Types.CompareTarget)OneOf(5),
        };
        switch (Rarely(20) ? (Compare.Types.CompareTarget)_random.Next(5) : compare.Target)
        {
            case Compare.Types.CompareTarget.Version:
                compare.Version = _random.Next(4);
                break;
            case Compare.Types.CompareTarget.Create:
                compare.CreateRevision = Maybe() ? 0 : Revision();
                break;
            case Compare.Types.CompareTarget.Mod:
                compare.ModRevision = Maybe() ? 0 : Revision();
                break;
            case Compare.Types.CompareTarget.Value:
                compare.Value = Value();
                break;
            default:
                compare.Lease = Maybe() ? 0 : Lease();
                break;
        }

        return compare;
    }

    // Long enough that none expires while the script runs.
    private LeaseGrantRequest Grant() => new() { ID = Lease(), TTL = Rarely(10) ? 9_000_000_000 + _random.Next(2) : 1000 * (1 + _random.Next(100)) };

    private WatchRequest Watch()
    {
        var watch = new WatchCreateRequest
        {
            Key = Rarely(15) ? Empty : Key(),
            RangeEnd = RangeEnd(),
            // etcd 3.4.23 does not refuse negative ones yet.
            StartRevision = Maybe() ? 0 : Math.Max(0, Revision()),
            PrevKv = Maybe(),
            WatchId = Rarely(4) ? _random.Next(5) : 0,
            Fragment = Rarely(4),
            ProgressNotify = Rarely(4),
        };
        if (Rarely(3))
        {
            watch.Filters.Add((WatchCreateRequest.Types.FilterType)OneOf(2));
        }

        return new WatchRequest { CreateRequest = watch };
    }

    private ByteString Key() => Rarely(60) ? Empty : Keys[_random.Next(Keys.Length)];

    private ByteString RangeEnd() => _random.Next(10) switch
    {
        < 5 => Empty,
        < 6 => ByteString.CopyFrom(0),
        < 8 => ByteString.CopyFromUtf8("b"),
        _ => Keys[_random.Next(Keys.Length)],
    };

    private ByteString Value() => _random.Next(4) switch { 0 => Empty, var n => ByteString.CopyFromUtf8($"value{n}") };

    private long Lease() => 1 + _random.Next(4);

    private long Revision() => Rarely(10) ? _writes + _random.Next(4) : Rarely(40) ? -_random.Next(3) : 1 + _random.NextInt64(_writes);

    // A value of an enumeration, and now and then one that it does not have.
    private int OneOf(int count) => Rarely(40) ? count + _random.Next(3) : _random.Next(count);

    private bool Maybe() => _random.Next(2) == 0;

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;
}
