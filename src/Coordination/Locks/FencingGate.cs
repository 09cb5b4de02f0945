using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Coordination;

/// <summary>
/// Stands before the resource that a lock protects. Per key it lets only tokens pass that never decrease: a holder that lost its lock without noticing is refused as
/// soon as its successor has passed. Thread-safe; only a new key takes a lock. Ask it in the same step as the protected operation: under the
/// resource's own lock or in its transaction, otherwise an old holder can still slip in between the answer and the operation.
/// <para>
/// Memory: one number per key, never forgotten by itself, at most <see cref="MaxKeys"/>; beyond that a new key is an error, because a gate that
/// forgets would let an old holder in. <see cref="Forget"/> a key only when its lock is never used again. Tokens of one key must come from one etcd.
/// </para>
/// </summary>
/// <param name="maxKeys">The most keys it remembers; 1 to 100,000,000.</param>
public sealed class FencingGate(int maxKeys = 1_000_000)
{
    private readonly ConcurrentDictionary<string, long> _floors = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private int _count;

    /// <summary>The most keys it remembers.</summary>
    public int MaxKeys { get; } = maxKeys is >= 1 and <= 100_000_000
        ? maxKeys
        : throw new ArgumentOutOfRangeException(nameof(maxKeys), maxKeys, $"The gate is to remember {maxKeys} keys; allowed are 1 to 100000000.");

    /// <summary>Lets the holder of a token pass, unless a larger token has passed.</summary>
    /// <param name="key">What is protected.</param>
    /// <param name="token">The token of the holder; at least 1.</param>
    /// <exception cref="ArgumentException">The key is empty, or the token is not positive.</exception>
    /// <exception cref="CoordinationException">It is a new key, and there are <see cref="MaxKeys"/> already.</exception>
    public FencingResult Pass(string key, long token) => Pass(key, token, token);

    /// <summary>
    /// Lets the holder of a token pass, unless it is below the largest floor seen; raises the floor. For readers and holders of permits, which hold at the same time
    /// and whose tokens come in any order.
    /// </summary>
    /// <param name="key">What is protected.</param>
    /// <param name="token">The token of the holder (<see cref="ILockHandle.Token"/>); at least 1.</param>
    /// <param name="floor">What it shuts out when it passes: all tokens below (<see cref="ILockHandle.Floor"/>); 0, nobody, to <paramref name="token"/>.</param>
    /// <exception cref="ArgumentException">The key is empty, the token is not positive, or the floor is above it.</exception>
    /// <exception cref="CoordinationException">It is a new key, and there are <see cref="MaxKeys"/> already.</exception>
    public FencingResult Pass(string key, long token, long floor)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(token, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(floor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(floor, token);
        while (true)
        {
            if (!_floors.TryGetValue(key, out var seen))
            {
                if (floor == 0 || TryAdd(key, floor))
                {
                    return new FencingResult(true, floor);
                }
            }
            else if (token < seen)
            {
                return new FencingResult(false, seen);
            }
            else if (floor <= seen || _floors.TryUpdate(key, floor, seen))
            {
                return new FencingResult(true, Math.Max(floor, seen));
            }
        }
    }

    /// <summary>What has passed so far: for each key the floor below which tokens are refused. To be stored with the resource.</summary>
    public ImmutableDictionary<string, long> Export() => ImmutableDictionary.CreateRange(StringComparer.Ordinal, _floors);

    /// <summary>Imports what was exported before, so that a restart does not let an old holder in. Of two numbers the larger one stays.</summary>
    /// <exception cref="ArgumentException">A key is empty or a number is not positive.</exception>
    /// <exception cref="CoordinationException">There are more than <see cref="MaxKeys"/> keys.</exception>
    public void Import(IEnumerable<KeyValuePair<string, long>> floors)
    {
        ArgumentNullException.ThrowIfNull(floors);
        foreach (var (key, floor) in floors)
        {
            Pass(key, floor, floor);
        }
    }

    /// <summary>Forgets a key whose lock is never used again; after that, its old tokens could pass.</summary>
    public void Forget(string key)
    {
        lock (_adding)
        {
            _count -= _floors.TryRemove(key, out _) ? 1 : 0;
        }
    }

    private bool TryAdd(string key, long floor)
    {
        lock (_adding)
        {
            if (_floors.ContainsKey(key))
            {
                return false;
            }

            if (_count >= MaxKeys)
            {
                throw new CoordinationException(CoordinationErrorKind.LimitReached, $"The gate remembers {MaxKeys} keys already; '{key}' would be one more.");
            }

            _count++;
            return _floors.TryAdd(key, floor);
        }
    }
}

/// <summary>The answer of a <see cref="FencingGate"/>.</summary>
/// <param name="Accepted">Whether the token passed.</param>
/// <param name="Seen">The floor of the key now: when refused, the larger token (of a lock) that passed before.</param>
public readonly record struct FencingResult(bool Accepted, long Seen);
