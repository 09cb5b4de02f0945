namespace Coordination.IntegrationTests;

/// <summary>Tests that hold times against bounds, or take the processor for themselves: they run one after the other, when no other test runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Undisturbed
{
    public const string Name = "undisturbed";
}
