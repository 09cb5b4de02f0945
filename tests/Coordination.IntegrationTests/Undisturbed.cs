namespace Coordination.IntegrationTests;

/// <summary>
/// Tests that hold times against bounds, or take the processor for themselves: they run one after the other, when no other test of this project runs. They mostly wait for
/// leases to end, so <c>test.sh</c> runs two such sequences side by side; it finds them by the category.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Undisturbed
{
    public const string Name = "Undisturbed";
}
