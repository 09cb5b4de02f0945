namespace Coordination.Actors;

/// <summary>A message that the runtime handles itself.</summary>
public interface IAutoReceivedMessage;

/// <summary>A message that should not come from outside.</summary>
public interface IPossiblyHarmful;

/// <summary>A message that does not reset the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;
