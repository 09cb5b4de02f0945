using System.Diagnostics;

namespace Coordination.Diagnostics;

/// <summary>As long as it lasts, a span that came in a message is the ambient one, so that what is sent meanwhile becomes its child. For one actor turn, or a part of it.</summary>
internal readonly ref struct TraceScope : IDisposable
{
    private readonly bool _isSet;

    private TraceScope(Activity span)
    {
        Activity.Current = span;
        _isSet = true;
    }

    public static TraceScope Enter(Activity? span) => span is null ? default : new TraceScope(span);

    public void Dispose()
    {
        if (_isSet)
        {
            Activity.Current = null;
        }
    }
}
