using System.Diagnostics;
using Coordination.Elections;
using Coordination.Time;

namespace Coordination.Diagnostics;

/// <summary>One campaign as its caller sees it: its span and its duration. There is none when nobody listens.</summary>
internal sealed class CampaignAsk : IDisposable
{
    private readonly SystemMetrics _metrics;
    private readonly string _election;
    private readonly Instant _start;
    private string _outcome = LockOutcome.Failed;

    private CampaignAsk(SystemMetrics metrics, Activity? span, string election)
    {
        _metrics = metrics;
        _election = election;
        _start = metrics.Now;
        Span = span;
    }

    /// <summary>The span, to be carried to the actor.</summary>
    public Activity? Span { get; }

    public static CampaignAsk? Begin(SystemMetrics metrics, string election)
    {
        var span = CoordinationTrace.Begin(CoordinationTrace.ElectionCampaign, metrics.Name, MetricTags.Election, election);
        return span is not null || CoordinationMeter.ElectionCampaign.Enabled ? new CampaignAsk(metrics, span, election) : null;
    }

    public void Answered(ElectionReply reply)
    {
        _outcome = reply switch
        {
            ElectionReply.Elected => "elected",
            ElectionReply.Withdrawn => LockOutcome.Cancelled,
            _ => LockOutcome.Failed,
        };
        if (reply is ElectionReply.Elected elected)
        {
            Span?.SetTag(MetricTags.Term, elected.Claim.Term.Value);
        }
        else if (reply is ElectionReply.Failed failed)
        {
            Span?.Fail(failed.Error);
        }
    }

    public void Dispose()
    {
        if (CoordinationMeter.ElectionCampaign.Enabled)
        {
            var tags = _metrics.ElectionTags(_election);
            tags.Add(MetricTags.Outcome, _outcome);
            CoordinationMeter.ElectionCampaign.Record((_metrics.Now - _start).TotalSeconds, tags);
        }

        Span?.SetTag(MetricTags.Outcome, _outcome).Dispose();
    }
}
