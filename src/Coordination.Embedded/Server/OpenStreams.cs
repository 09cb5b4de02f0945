using Microsoft.AspNetCore.Http;

namespace Coordination.Embedded.Server;

/// <summary>The open watch and keep-alive streams.</summary>
internal sealed class OpenStreams
{
    private readonly Lock _gate = new();
    private readonly HashSet<HttpContext> _open = [];

    public IDisposable Add(HttpContext stream)
    {
        lock (_gate)
        {
            _open.Add(stream);
        }

        return new Entry(this, stream);
    }

    public void AbortAll()
    {
        HttpContext[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (var stream in open)
        {
            stream.Abort();
        }
    }

    private void Remove(HttpContext stream)
    {
        lock (_gate)
        {
            _open.Remove(stream);
        }
    }

    private sealed class Entry(OpenStreams streams, HttpContext stream) : IDisposable
    {
        public void Dispose() => streams.Remove(stream);
    }
}
