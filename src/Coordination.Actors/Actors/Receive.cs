namespace Coordination.Actors;

/// <summary>A behaviour: true when it handled the message.</summary>
public delegate bool Receive(object message);

/// <summary>A behaviour that handles every message.</summary>
public delegate void UntypedReceive(object message);
