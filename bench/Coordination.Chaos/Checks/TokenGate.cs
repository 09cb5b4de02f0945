namespace Coordination.Chaos.Checks;

/// <summary>A resource outside of etcd that looks at the token of who writes: none below the largest it has seen. The writes come from all processes.</summary>
internal sealed class TokenGate
{
    private long _largest;

    public int Accepted { get; private set; }

    public int Refused { get; private set; }

    /// <summary>The accepted tokens, in order.</summary>
    public List<long> Writes { get; } = [];

    public void Write(long token)
    {
        if (token < _largest)
        {
            Refused++;
            return;
        }

        _largest = token;
        Accepted++;
        Writes.Add(token);
    }
}
