using System.Globalization;

namespace Coordination.Simulation;

/// <summary>
/// What the processes of a run believe to hold, and whether that can be: a lock for one has one holder at a time, a semaphore no more than its permits, an
/// election one leader; and tokens and terms only grow. Asked after everything that happens.
/// </summary>
internal sealed class Claims(Action<string> violate)
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
        if (token < _robbed.GetValueOrDefault(name))
        {
            return;
        }

        if (share >= 1)
        {
            if (_newest.TryGetValue(name, out var newest) && token <= newest)
            {
                violate($"{process} got {name} with token {token}, after one with {newest}");
            }

            _newest[name] = token;
        }

        if (!_claims.TryGetValue(name, out var claims))
        {
            _claims[name] = claims = [];
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

    /// <summary>Whether more believe to hold something than can.</summary>
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
                violate(string.Create(
                    CultureInfo.InvariantCulture, $"{name} is held by {string.Join(" and ", claims.Select(static claim => $"{claim.Process} (token {claim.Token})"))}"));
            }
        }
    }

    private sealed record Claim(string Process, long Token, double Share, Func<bool> IsHeld);
}
