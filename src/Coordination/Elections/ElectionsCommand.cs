using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>What the ElectionsActor is told from outside. The answer to a request is an <see cref="ElectionReply"/> to the sender.</summary>
internal abstract record ElectionsCommand
{
    private ElectionsCommand()
    {
    }

    /// <summary>One that is answered.</summary>
    public abstract record Request : ElectionsCommand, IAnsweredRequest
    {
        public virtual bool GivesBack => false;

        public object Refusal(CoordinationException error) => new ElectionReply.Failed(error);
    }

    /// <summary>Take part in an election until elected or withdrawn.</summary>
    public sealed record Campaign(Campaigning Campaigning) : Request;

    /// <summary>About one candidacy: passed on to its CandidateActor.</summary>
    public abstract record ForCandidacy(CandidacyId Candidacy) : Request
    {
        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>The caller gave up. The campaign is what is answered.</summary>
    public sealed record Withdraw(CandidacyId Candidacy) : ForCandidacy(Candidacy);

    /// <summary>Change the leader's value.</summary>
    public sealed record Proclaim(CandidacyId Candidacy, Bytes Value) : ForCandidacy(Candidacy);

    /// <summary>Give the leadership back.</summary>
    public sealed record Resign(CandidacyId Candidacy) : ForCandidacy(Candidacy)
    {
        public override bool GivesBack => true;
    }

    /// <summary>Give the leadership to the candidate of that name.</summary>
    public sealed record Transfer(CandidacyId Candidacy, string To) : ForCandidacy(Candidacy);

    /// <summary>Tell a feed who leads, until it is told to stop.</summary>
    public sealed record Observe(string Election, LeaderFeed Feed) : Request;

    /// <summary>The observer has gone.</summary>
    public sealed record StopObserving(LeaderFeed Feed) : ElectionsCommand;

    /// <summary>Resign everything, then end.</summary>
    public sealed record Close : ElectionsCommand;
}

/// <summary>How a candidate takes part.</summary>
/// <param name="Candidacy">Its id in this process.</param>
/// <param name="Election">The name of the election.</param>
/// <param name="Value">What it wants to proclaim.</param>
/// <param name="Card">What it says about itself.</param>
/// <param name="Ttl">The TTL of its lease.</param>
/// <param name="Drains">Whether it steps down by itself, in time, when it is asked to.</param>
/// <param name="Host">The actor of the host whose candidacy it is and with which it ends, if there is one.</param>
internal sealed record Campaigning(
    CandidacyId Candidacy, string Election, Bytes Value, CandidateCard Card, TimeSpan Ttl, bool Drains, IActorRef? Host)
{
    /// <summary>The span of the campaign.</summary>
    public Activity? Trace { get; init; }
}
