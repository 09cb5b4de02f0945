using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Embedded.Hosting;

/// <summary>Of a server inside of a host only what it says itself goes to the host's log, and not what the web server in it says of each request.</summary>
internal sealed class OwnLogs(ILoggerFactory host) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Coordination.", StringComparison.Ordinal) ? host.CreateLogger(categoryName) : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider) => host.AddProvider(provider);

    public void Dispose()
    {
        // It is the host's.
    }
}
