namespace Coordination.Actors;

/// <summary>Puts arguments into a format.</summary>
public interface ILogMessageFormatter
{
    /// <summary>Puts arguments into a format.</summary>
    string Format(string format, params object[] args);

    /// <summary>Puts arguments into a format.</summary>
    string Format(string format, IEnumerable<object> args);
}
