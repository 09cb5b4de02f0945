using Coordination.Demo.Cli;

namespace Coordination.Demo.Tests.Locking;

/// <summary>Which file <c>lock /x -- program</c> runs.</summary>
public sealed class FindProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_link_that_leads_nowhere_is_no_program()
    {
        var link = Path.Combine(_folder, "job");
        File.CreateSymbolicLink(link, Path.Combine(_folder, "gone"));

        Assert.Null(GuardedProcess.FindOnPath(link));
    }

    [Fact]
    public void A_link_to_a_program_is_one()
    {
        var link = Path.Combine(_folder, "job");
        File.CreateSymbolicLink(link, "/bin/sh");

        Assert.Equal(link, GuardedProcess.FindOnPath(link));
    }
}
