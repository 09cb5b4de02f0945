namespace Coordination.Chaos.Checks;

/// <summary>A resource outside of etcd that looks at the token of who writes. The writes come from all processes, in the order in which they arrive.</summary>
internal sealed class TokenGate
{
    private readonly FencingGate _gate = new();

    public int Accepted => Writes.Count;

    public int Refused { get; private set; }

    /// <summary>The accepted tokens, in order.</summary>
    public List<long> Writes { get; } = [];

    public void Write(long token)
    {
        if (_gate.Pass(ChaosSettings.Key, token).Accepted)
        {
            Writes.Add(token);
        }
        else
        {
            Refused++;
        }
    }
}
