using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Demo.Elect;

/// <summary>What the command line of <c>elect</c> says.</summary>
internal sealed record ElectSettings(
    string Election, Bytes Value, ImmutableArray<string> Command, CampaignOptions Campaign, TimeSpan Grace, bool Once, bool Json)
{
    public void Print(TextWriter writer, ElectReport report)
    {
        lock (writer)
        {
            writer.WriteLine(Json ? report.ToJson() : report.ToString());
            writer.Flush();
        }
    }
}
