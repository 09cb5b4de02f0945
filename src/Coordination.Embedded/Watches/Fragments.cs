using Etcdserverpb;

namespace Coordination.Embedded.Watches;

/// <summary>Splits large responses between events.</summary>
internal static class Fragments
{
    public static IEnumerable<WatchResponse> Split(WatchResponse response, int maxBytes)
    {
        if (response.Events.Count < 2 || response.CalculateSize() < maxBytes)
        {
            return [response];
        }

        var fragments = new List<WatchResponse>();
        var current = Empty(response);
        var size = current.CalculateSize();
        foreach (var e in response.Events)
        {
            // Tag and length of one event take at most six bytes.
            var bytes = e.CalculateSize() + 6;
            if (current.Events.Count > 0 && size + bytes >= maxBytes)
            {
                fragments.Add(current);
                current = Empty(response);
                size = current.CalculateSize();
            }

            current.Events.Add(e);
            size += bytes;
        }

        current.Fragment = false;
        fragments.Add(current);
        return fragments;
    }

    private static WatchResponse Empty(WatchResponse response) => new() { Header = response.Header, WatchId = response.WatchId, Fragment = true };
}
