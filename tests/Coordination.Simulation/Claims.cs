using System.Globalization;

namespace Coordination.Simulation;

/// <summary>Something that was promised and did not hold.</summary>
internal sealed class ViolationException(string what) : Exception(what);

/// <summary>
/// What the processes of a run believe to hold, and whether that can be: a lock for one has one holder at a time, a semaphore no more than its permits, an
/// election one leader; and tokens and terms only grow. Asked after everything that happens.
/// </summary>
internal sealed class Claims
{
    private readonly Dictionary<string, List<Claim>> _claims = [];
    private readonly Dictionary<string, long> _newest = [];
    private readonly Dictionary<string, long> _robbed = [];

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>Somebody was granted something.</summary>
    /// <param name="name">Of what.</param>
    /// <param name="process">By whom.</param>
    /// <param name="token">The token.</param>
    /// <param name="share">What it takes: 1 is all of it.</param>
    /// <param name="isHeld">Whether it believes to hold it now.</param>
    public void Add(string name, string process, long token, double share, Func<bool> isHeld)
    {
        Count++;
        if (share >= 1)
        {
            if (_newest.TryGetValue(name, out var newest) && token <= newest)
            {
                throw new ViolationException($"{process} got {name} with token {token}, after one with {newest}");
            }

            _newest[name] = token;
        }

        if (!_claims.TryGetValue(name, out var claims))
        {
            _claims[name] = claims = [];
        }

        if (token < _robbed.GetValueOrDefault(name))
        {
            return;
        }

        claims.Add(new Claim(process, token, share, isHeld));
    }

    /// <summary>Somebody took it away: who believed to hold it is told a moment later, and others may get it before. That much is known, and said in the documentation.</summary>
    /// <param name="name">What it was.</param>
    /// <param name="revision">When: claims that are older are worth nothing, also those that are granted later, by a reply that was on its way.</param>
    public void Rob(string name, long revision)
    {
        _claims.Remove(name);
        _robbed[name] = revision;
    }

    /// <exception cref="ViolationException">More believe to hold something than can.</exception>
    public void Check()
    {
        foreach (var (name, claims) in _claims)
        {
            if (claims.Count == 0)
            {
                continue;
            }

            claims.RemoveAll(static claim => !claim.IsHeld());
            if (claims.Count > 1 && claims.Sum(static claim => claim.Share) > 1.000001)
            {
                throw new ViolationException(string.Create(
                    CultureInfo.InvariantCulture, $"{name} is held by {string.Join(" and ", claims.Select(static claim => $"{claim.Process} (token {claim.Token})"))}"));
            }
        }
    }

    private sealed record Claim(string Process, long Token, double Share, Func<bool> IsHeld);
}
