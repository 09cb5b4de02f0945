using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Coordination.Actors.TestKit;

/// <summary>Makes the systems of tests.</summary>
internal static class TestSystems
{
    public static ActorSystem Create(Config config, string? name, ITestOutputHelper? output)
    {
        var options = new BuiltInActorSystemOptions { Config = config, LoggerFactory = output is null ? null : new OutputLoggerFactory(output) };
        if (config.GetString("akka.scheduler.implementation")?.Contains("TestScheduler", StringComparison.Ordinal) is true)
        {
            var time = new VirtualTimeProvider();
            options = options with { TimeProvider = time, WrapScheduler = scheduler => new TestScheduler(time, scheduler) };
        }

        return BuiltInActorSystem.Create(name ?? "test", options);
    }

    private sealed class OutputLoggerFactory(ITestOutputHelper output) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                output.WriteLine($"[{logLevel}] {formatter(state, exception)} {exception}");
            }
            catch (InvalidOperationException)
            {
                // The test has ended before its actors.
            }
        }

        public void Dispose() { }
    }
}
