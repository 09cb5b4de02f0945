using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>The machine on many random walks, see <see cref="WatchWalk"/>.</summary>
public sealed class WatchMachineWalkTests
{
    private static readonly KeyRange Keys = KeyRange.Between("a", "z");

    public static TheoryData<string> Specs => ["snapshot", "pages", "from 1", "from now", "from 3, reading before", "no puts", "no deletes"];

    [Theory]
    [MemberData(nameof(Specs))]
    public void What_a_watch_tells_is_the_history_or_a_resync(string name)
    {
        var spec = name switch
        {
            "snapshot" => new WatchSpec(Keys, Revision.None),
            "pages" => new WatchSpec(Keys, Revision.None) { PageSize = 2 },
            "from 1" => new WatchSpec(Keys, new(1)),
            "from now" => new WatchSpec(Keys, Revision.None) { FromNow = true },
            "from 3, reading before" => new WatchSpec(Keys, new(3)) { ReadsBefore = true, PageSize = 1 },
            "no puts" => new WatchSpec(Keys, Revision.None) { NoPuts = true },
            _ => new WatchSpec(Keys, Revision.None) { NoDeletes = true },
        };
        for (var seed = 0; seed < 1000; seed++)
        {
            var walk = new WatchWalk(new Random(seed), spec);
            try
            {
                walk.Go(150);
            }
            catch (InvalidOperationException broken)
            {
                Assert.Fail($"{broken.Message} (seed {seed})\n  {string.Join("\n  ", walk.Story)}");
            }
        }
    }
}
