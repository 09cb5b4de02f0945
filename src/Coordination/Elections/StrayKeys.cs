using Coordination.Diagnostics;
using Coordination.Etcd;
using Microsoft.Extensions.Logging;

namespace Coordination.Elections;

/// <summary>Names what lies under an election's name and is no candidate, each key once. Thread-safe.</summary>
internal sealed class StrayKeys(string election, ILogger log)
{
    // Who finds more than that knows where to look.
    private const int MostNamed = 20;

    private readonly Lock _lock = new();
    private readonly HashSet<Bytes> _named = [];

    public void Met(Bytes key)
    {
        lock (_lock)
        {
            if (_named.Count >= MostNamed || !_named.Add(key))
            {
                return;
            }
        }

        log.ElectionStrayKey(election, key.ToString());
    }
}
