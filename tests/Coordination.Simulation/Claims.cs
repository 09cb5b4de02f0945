namespace Coordination.Simulation;

/// <summary>What the processes of a run believe to hold, looked at after everything that happens: so it is known from when to when they believed it.</summary>
internal sealed class Claims(World world)
{
    private readonly List<Claim> _claims = [];
    private readonly List<Holding> _holdings = [];
    private readonly Dictionary<string, long> _robbed = [];

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    /// <summary>What was held, and when.</summary>
    public IReadOnlyList<Holding> Holdings => _holdings;

    /// <summary>Somebody was granted something.</summary>
    /// <param name="name">Of what.</param>
    /// <param name="process">By whom.</param>
    /// <param name="token">The token.</param>
    /// <param name="share">What it takes: 1 is all of it.</param>
    /// <param name="isHeld">Whether it believes to hold it now.</param>
    public void Add(string name, string process, long token, double share, Func<bool> isHeld)
    {
        Count++;
        if (token >= _robbed.GetValueOrDefault(name))
        {
            _claims.Add(new Claim(new Holding(name, process, token, world.Now.Ticks, 0) { Share = share }, isHeld));
        }
    }

    /// <summary>Somebody took it away: who believed to hold it is told a moment later, and others may get it before. That much is known, and said in the documentation.</summary>
    /// <param name="name">What it was.</param>
    /// <param name="revision">When: claims that are older are worth nothing, also those that are granted later, by a reply that was on its way.</param>
    public void Rob(string name, long revision)
    {
        End(claim => claim.Holding.What == name);
        _robbed[name] = revision;
    }

    /// <summary>Asks each whether it believes to hold it.</summary>
    public void Look()
    {
        var isOneOver = false;
        foreach (var claim in _claims)
        {
            if (claim.IsHeld())
            {
                claim.Until = world.Now.Ticks;
            }
            else
            {
                isOneOver = claim.IsOver = true;
            }
        }

        if (isOneOver)
        {
            End(static claim => claim.IsOver);
        }
    }

    /// <summary>The end of the run.</summary>
    public void End() => End(static _ => true);

    private void End(Predicate<Claim> which)
    {
        foreach (var claim in _claims)
        {
            if (which(claim) && claim.Until is { } until)
            {
                _holdings.Add(claim.Holding with { Until = until });
            }
        }

        _claims.RemoveAll(which);
    }

    private sealed class Claim(Holding holding, Func<bool> isHeld)
    {
        public Holding Holding => holding;

        public Func<bool> IsHeld => isHeld;

        public long? Until { get; set; }

        public bool IsOver { get; set; }
    }
}
