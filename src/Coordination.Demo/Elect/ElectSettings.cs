using Coordination.Demo.Holding;
using Coordination.Etcd;

namespace Coordination.Demo.Elect;

/// <summary>What the command line of <c>elect</c> says.</summary>
internal sealed record ElectSettings(string Election, Bytes Value, HeldCommand Command, CampaignOptions Campaign, bool Once, TimeSpan TransferLimit);
