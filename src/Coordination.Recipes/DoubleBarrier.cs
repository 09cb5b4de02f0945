using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>
/// Everybody puts a key and waits for the meeting that lists it. The last of those who make one begins it, in a transaction that holds only while all of them are there: so nobody
/// who gave up is in a meeting, and a meeting never begins with fewer.
/// </summary>
internal sealed class DoubleBarrier(CoordinationSystem system, string name, int participants) : IDoubleBarrier
{
    private readonly BarrierKeys _keys = new(name);

    public string Name => name;

    public int Participants => participants;

    public async Task<IBarrierPlace> EnterAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Place? place = null;
        try
        {
            return await system.UntilAsync(
                _keys.All,
                timeout,
                async stopping =>
                {
                    while (true)
                    {
                        place ??= await PutAsync(stopping).ConfigureAwait(false);
                        var view = await LookAsync(stopping).ConfigureAwait(false);
                        if (!view.Has(place.Key, place.Since))
                        {
                            // Its session was lost, or somebody deleted the key.
                            place = null;
                        }
                        else if (view.IsInside(place.Key))
                        {
                            return (view.Revision, place);
                        }
                        else if (view.Over is { } over)
                        {
                            await EndAsync(over, stopping).ConfigureAwait(false);
                        }
                        else if (view.Meeting is null && view.Participants.Length >= participants && view.Participants[participants - 1].Key == place.Key)
                        {
                            await BeginAsync(view.Participants[..participants], stopping).ConfigureAwait(false);
                        }
                        else
                        {
                            return (view.Revision, null);
                        }
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException or CoordinationException)
        {
            if (place is not null && await WithdrawAsync(place).ConfigureAwait(false))
            {
                return place;
            }

            if (error is TimeoutException)
            {
                throw new TimeoutException(string.Create(
                    CultureInfo.InvariantCulture, $"The meeting '{name}' did not begin within {timeout!.Value.TotalSeconds:0.###} s: not all of {participants} participants came."));
            }

            throw;
        }
    }

    private async Task<Place> PutAsync(CancellationToken cancellationToken)
    {
        var key = _keys.NewParticipant();
        var put = await system.CommitAsync([], [], lease => [new EtcdOp.Put(key, system.Options.Owner) { Lease = lease }], cancellationToken).ConfigureAwait(false);
        return new Place(system, this, key, put!.Value);
    }

    private async Task<BarrierView> LookAsync(CancellationToken cancellationToken) =>
        _keys.Read(await system.ReadAsync(etcd => etcd.TxnAsync(_keys.Look, cancellationToken)).ConfigureAwait(false));

    private Task<Revision?> BeginAsync(ImmutableArray<KeyValue> members, CancellationToken cancellationToken)
    {
        var (conditions, put) = _keys.Begin(members);
        return system.CommitAsync([], conditions, _ => [put], cancellationToken);
    }

    private Task<Revision?> EndAsync(Meeting meeting, CancellationToken cancellationToken)
    {
        var (conditions, delete) = _keys.End(meeting);
        return system.CommitAsync([], conditions, _ => [delete], cancellationToken);
    }

    /// <summary>Takes back a place, unless the meeting has begun with it.</summary>
    /// <returns>Whether it is in the meeting.</returns>
    private async Task<bool> WithdrawAsync(Place place)
    {
        var isInside = false;
        await system.TakeBackAsync(async () =>
        {
            while (true)
            {
                var view = await LookAsync(CancellationToken.None).ConfigureAwait(false);
                isInside = view.IsInside(place.Key);
                if (isInside || !view.Has(place.Key, place.Since))
                {
                    return;
                }

                var asSeen = EtcdCompare.Unchanged(_keys.Meeting, view.Meeting?.Revision ?? Revision.None);
                if (await system.CommitAsync([], [asSeen], _ => [new EtcdOp.Delete(place.Key)], CancellationToken.None).ConfigureAwait(false) is not null)
                {
                    return;
                }
            }
        }).ConfigureAwait(false);
        return isInside;
    }

    /// <summary>One who is in, or waits.</summary>
    private sealed class Place(CoordinationSystem system, DoubleBarrier barrier, Bytes key, Revision since) : IBarrierPlace
    {
        public Bytes Key => key;

        public Revision Since => since;

        public long Token => since.Value;

        public EtcdCompare Guard => EtcdCompare.Unchanged(key, since);

        public async Task LeaveAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        {
            await DeleteAsync().ConfigureAwait(false);
            try
            {
                await system.UntilAsync<object>(barrier._keys.All, timeout, TryEndAsync, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException(string.Create(
                    CultureInfo.InvariantCulture, $"Others were still in the meeting '{barrier.Name}' after {timeout!.Value.TotalSeconds:0.###} s."));
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await DeleteAsync().ConfigureAwait(false);
                await TryEndAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (CoordinationException)
            {
                // The key goes with the lease, and who enters next ends a meeting that all have left.
            }
        }

        private Task DeleteAsync() =>
            system.TakeBackAsync(() => system.CommitAsync([], [Guard], _ => [new EtcdOp.Delete(key)], CancellationToken.None));

        /// <summary>Looks whether all have left; who sees it ends the meeting.</summary>
        private async Task<(Revision Seen, object? Result)> TryEndAsync(CancellationToken cancellationToken)
        {
            var view = await barrier.LookAsync(cancellationToken).ConfigureAwait(false);
            if (view.IsInside(key) && view.Over is null)
            {
                return (view.Revision, null);
            }

            if (view.Over is { } over)
            {
                await barrier.EndAsync(over, cancellationToken).ConfigureAwait(false);
            }

            return (view.Revision, this);
        }
    }
}
