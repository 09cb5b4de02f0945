namespace Coordination.Actors;

/// <summary>What a supervisor does with a child that failed.</summary>
public enum Directive
{
    /// <summary>Goes on as if nothing had happened; the state is kept.</summary>
    Resume,

    /// <summary>Replaces the instance; the mailbox survives.</summary>
    Restart,

    /// <summary>The supervisor fails itself, with the same cause.</summary>
    Escalate,

    /// <summary>Stops the child.</summary>
    Stop,
}
