using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Coordination.Embedded.Server.Http2;

/// <summary>Puts a <see cref="FirstRequestReader"/> in front of a connection.</summary>
internal sealed class RewrittenTransport(IDuplexPipe inner) : IDuplexPipe
{
    public PipeReader Input { get; } = new FirstRequestReader(inner.Input);

    public PipeWriter Output => inner.Output;

    public static ConnectionDelegate Wrap(ConnectionDelegate next) => connection =>
    {
        // With TLS the protocol was negotiated, and may be HTTP/1.1.
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls && !tls.ApplicationProtocol.Span.SequenceEqual("h2"u8))
        {
            return next(connection);
        }

        connection.Transport = new RewrittenTransport(connection.Transport);
        return next(connection);
    };
}
