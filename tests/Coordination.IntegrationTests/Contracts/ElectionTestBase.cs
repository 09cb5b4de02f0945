using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

/// <summary>What the tests of elections share.</summary>
public abstract class ElectionTestBase(ServerFixture fixture) : ServerContract(fixture, "election")
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    protected async Task<IReadOnlyList<ElectionCandidate>> UntilLineAsync(CoordinationSystem system, int length)
    {
        IReadOnlyList<ElectionCandidate> line = [];
        await UntilAsync(async () => (line = await system.Election(Name).GetCandidatesAsync()).Count == length);
        return line;
    }

    protected Task UntilEmptyAsync(EtcdClient etcd) =>
        UntilAsync(async () => (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name)) { CountOnly = true })).Count == 0);

    /// <summary>Asks etcd until the answer is yes; every question is a round trip.</summary>
    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
