namespace Coordination.Tests.Discovery;

/// <summary>The rules of a registration under random orders of everything that can happen. A failure names its seed.</summary>
public sealed class RegistrarMachineWalkTests
{
    private const int Walks = 4000;

    [Fact]
    public void After_any_trouble_it_is_registered_as_it_was_last_wished_and_everybody_has_an_answer() => ForAll(walk =>
    {
        walk.Run(80, intruders: false);
        walk.Heal();
        walk.CheckRegistered();
    });

    [Fact]
    public void After_any_interference_it_is_registered_or_says_that_there_is_a_conflict() => ForAll(walk =>
    {
        walk.Run(120, intruders: true);
        walk.Heal();
        Assert.True(walk.State.Health is { State: RegistrationState.Registered } or { State: RegistrationState.Conflict, Problem: not null }, $"{walk.State.Health}");
    });

    [Fact]
    public void Once_left_nothing_of_it_is_or_comes_back_however_late_its_puts_are_made() => ForAll(walk =>
    {
        walk.Run(40, intruders: false);
        walk.Leave();
        walk.Run(40, intruders: false);
        walk.Heal();
        walk.CheckGone();
    });

    [Fact]
    public void A_key_of_another_process_is_never_touched() => ForAll(walk =>
    {
        walk.Claim("other:1");
        walk.Run(80, intruders: false);
        walk.Heal();
        walk.CheckNothingForeignWasTouched("other:1");
    });

    private static void ForAll(Action<RegistrarWalk> check)
    {
        for (var seed = 0; seed < Walks; seed++)
        {
            try
            {
                check(new RegistrarWalk(seed));
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"The walk with seed {seed} failed.", error);
            }
        }
    }
}
