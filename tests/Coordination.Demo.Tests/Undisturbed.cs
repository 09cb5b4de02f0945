namespace Coordination.Demo.Tests;

/// <summary>Tests that hold times against bounds, or start many processes: they run one after the other, when no other test runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Undisturbed
{
    public const string Name = "undisturbed";
}
