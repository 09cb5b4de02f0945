using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Coordination.Tests.Actors;

/// <summary>The ids of what was logged, in order.</summary>
internal sealed class LogList : ILogger
{
    private readonly ConcurrentQueue<int> _ids = new();

    public int[] Ids => [.. _ids];

    public int Count(int id) => _ids.Count(logged => logged == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _ids.Enqueue(eventId.Id);
}
