namespace Coordination;

/// <summary>The state of a registration. It repairs itself: only <see cref="Deregistered"/> is final.</summary>
public enum RegistrationState
{
    /// <summary>Not registered yet: etcd has not answered, or there is no lease.</summary>
    Registering,

    /// <summary>Its keys are in etcd as they should be, as far as is known.</summary>
    Registered,

    /// <summary>It was registered, and its lease or its keys are gone or were changed: it is putting them back.</summary>
    Recovering,

    /// <summary>Somebody else has its keys and keeps them; when the keys are gone, it registers.</summary>
    Conflict,

    /// <summary>It is being deregistered.</summary>
    Deregistering,

    /// <summary>It is deregistered, for good.</summary>
    Deregistered,
}

/// <summary>The health of a registration; also published to the EventStream when it changes.</summary>
/// <param name="Service">The service.</param>
/// <param name="Id">The instance.</param>
/// <param name="State">Its state.</param>
/// <param name="Problem">What stands in the way, for people; null when nothing does.</param>
/// <param name="Error">The failure behind it, when there is one.</param>
public sealed record RegistrationHealth(string Service, string Id, RegistrationState State, string? Problem, CoordinationException? Error);
