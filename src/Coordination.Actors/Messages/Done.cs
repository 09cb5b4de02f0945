namespace Coordination.Actors;

/// <summary>Something is done and there is nothing more to say.</summary>
public sealed class Done
{
    /// <summary>The only one.</summary>
    public static readonly Done Instance = new();

    private Done() { }
}
