namespace Coordination.Demo.Cli;

/// <summary>The command line, or what was piped in, cannot be used: exit code 2. The message names the thing, its value and what is allowed.</summary>
internal sealed class UsageException(string message) : Exception(message);
