namespace Coordination;

/// <summary>How a registration is doing. It repairs itself: only <see cref="Deregistered"/> is final.</summary>
public enum RegistrationState
{
    /// <summary>Not registered yet: etcd has not answered, or there is no lease.</summary>
    Registering,

    /// <summary>Its keys are in etcd as they shall be, as far as is known.</summary>
    Registered,

    /// <summary>It was registered, and its lease or its keys are gone or were changed: it is putting them back.</summary>
    Recovering,

    /// <summary>Somebody else claims its keys. They are left to them; when they are gone, it registers.</summary>
    Conflict,

    /// <summary>It is being deregistered.</summary>
    Deregistering,

    /// <summary>It is deregistered, for good.</summary>
    Deregistered,
}

/// <summary>The health of a registration; also published to the EventStream when it changes.</summary>
/// <param name="Service">The service.</param>
/// <param name="Id">The instance.</param>
/// <param name="State">How it is doing.</param>
/// <param name="Problem">What stands in the way, for people; null when nothing does.</param>
/// <param name="Error">The failure behind it, when there is one.</param>
public sealed record RegistrationHealth(string Service, string Id, RegistrationState State, string? Problem, CoordinationException? Error);
