using Coordination.Demo.Holding;

namespace Coordination.Demo.Locking;

/// <summary>What the command line of <c>lock</c> says.</summary>
/// <param name="Name">The lock: exactly this key.</param>
/// <param name="Wait">How long to wait for it; zero: not at all; null: without end.</param>
/// <param name="Answer">A wait that is shorter than this is not blamed on etcd: it gets the time of a request to answer.</param>
/// <param name="AtLeast">How long it is held although the command has ended.</param>
/// <param name="ConflictExitCode">The exit code when somebody else has it.</param>
/// <param name="Command">What is run.</param>
internal sealed record LockSettings(string Name, TimeSpan? Wait, TimeSpan Answer, TimeSpan AtLeast, int ConflictExitCode, HeldCommand Command);
