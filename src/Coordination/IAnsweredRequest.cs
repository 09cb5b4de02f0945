namespace Coordination;

/// <summary>A request to an actor that gets exactly one answer, also when it cannot be delivered.</summary>
internal interface IAnsweredRequest
{
    /// <summary>The answer when nobody can deal with the request.</summary>
    object Refusal(CoordinationException error);

    /// <summary>Whether it is also passed on while the system stops, because it gives something back.</summary>
    bool GivesBack => false;
}
