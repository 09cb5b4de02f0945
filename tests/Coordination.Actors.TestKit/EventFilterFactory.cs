using System.Text.RegularExpressions;

namespace Coordination.Actors.TestKit;

/// <summary>Filters for events of the log and dead letters.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _kit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<Func<object, bool>> _filters;

    public EventFilterFactory(TestKitBase testkit, ActorSystem system) : this(testkit, system, []) { }

    internal EventFilterFactory(TestKitBase kit, ActorSystem system, IReadOnlyList<Func<object, bool>> filters) =>
        (_kit, _system, _filters) = (kit, system, filters);

    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Custom<LogEvent>(predicate);

    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate) where TLogEvent : LogEvent =>
        Applier(e => e is TLogEvent line && predicate(line));

    public IEventFilterApplier DeadLetter() => Applier(e => e is DeadLetter);

    public IEventFilterApplier DeadLetter<TMessage>(string? source = null) => DeadLetter(typeof(TMessage), source);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string? source = null) =>
        DeadLetter(typeof(TMessage), m => isMatch((TMessage)m), source);

    public IEventFilterApplier DeadLetter(Type type, string? source = null) => DeadLetter(type, _ => true, source);

    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string? source = null) =>
        Applier(e => e is DeadLetter letter && type.IsInstanceOfType(letter.Message) && isMatch(letter.Message)
            && (source is null || letter.Recipient.Path.ToString() == source));

    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    public IEventFilterApplier ForLogLevel(
        LogLevel logLevel, string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Applier(e => e is LogEvent line && line.LogLevel() == logLevel && Text(line.Message.ToString(), message, start, contains) && From(line, source));

    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string? source = null) =>
        Applier(e => e is LogEvent line && line.LogLevel() == logLevel && pattern.IsMatch(line.Message.ToString()!) && From(line, source));

    public IEventFilterApplier Exception<TException>(
        string? message = null, string? start = null, string? contains = null, string? source = null) where TException : Exception =>
        Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception<TException>(Regex pattern, string? source = null) where TException : Exception =>
        Applier(e => e is Error { Cause: TException cause } line && (pattern.IsMatch(cause.Message) || pattern.IsMatch(line.Message.ToString()!)) && From(line, source));

    public IEventFilterApplier Exception(
        Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null, bool checkInnerExceptions = false) =>
        Applier(e => e is Error { Cause: { } cause } line && From(line, source) && Causes(cause, checkInnerExceptions).Any(c => exceptionType.IsInstanceOfType(c)
            && (Text(c.Message, message, start, contains) || Text(line.Message.ToString(), message, start, contains))));

    private static IEnumerable<Exception> Causes(Exception cause, bool inner)
    {
        for (var c = cause; c is not null; c = inner ? c.InnerException : null) yield return c;
    }

    private static bool Text(string? text, string? message, string? start, string? contains) =>
        (message is null || text == message)
        && (start is null || text?.StartsWith(start, StringComparison.Ordinal) is true)
        && (contains is null || text?.Contains(contains, StringComparison.Ordinal) is true);

    private static bool From(LogEvent line, string? source) => source is null || line.LogSource == source;

    private EventFilterApplier Applier(Func<object, bool> filter) => new(_kit, _system, [.. _filters, filter]);
}
