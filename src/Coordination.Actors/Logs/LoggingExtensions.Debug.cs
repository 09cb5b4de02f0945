namespace Coordination.Actors;

/// <content>The level debug.</content>
public static partial class LoggingExtensions
{
    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug(this ILoggingAdapter log, string format) => log.Log(LogLevel.DebugLevel, null, format);

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format) => log.Log(LogLevel.DebugLevel, cause, format);

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug(this ILoggingAdapter log, string format, object[] args) => Write(log, LogLevel.DebugLevel, null, format, args);

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format, object[] args) => Write(log, LogLevel.DebugLevel, cause, format, args);

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, string format, T1 arg1)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!]);
    }

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!, arg2!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1, T2>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!, arg2!]);
    }

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!, arg2!, arg3!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1, T2, T3>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!, arg2!, arg3!]);
    }

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!, arg2!, arg3!, arg4!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!, arg2!, arg3!, arg4!]);
    }

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4, T5>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!, arg2!, arg3!, arg4!, arg5!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4, T5>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!, arg2!, arg3!, arg4!, arg5!]);
    }

    /// <summary>Writes a line at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4, T5, T6>(this ILoggingAdapter log, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, null, format, [arg1!, arg2!, arg3!, arg4!, arg5!, arg6!]);
    }

    /// <summary>Writes a line with an exception at the level debug.</summary>
    public static void Debug<T1, T2, T3, T4, T5, T6>(this ILoggingAdapter log, Exception? cause, string format, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
    {
        if (log.IsDebugEnabled) Write(log, LogLevel.DebugLevel, cause, format, [arg1!, arg2!, arg3!, arg4!, arg5!, arg6!]);
    }
}
