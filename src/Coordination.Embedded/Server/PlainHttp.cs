using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Coordination.Embedded.Server;

/// <summary>
/// Without TLS there is no negotiation of the protocol, and Kestrel wants to know it beforehand. gRPC clients open with the HTTP/2 preface; whoever
/// opens with anything else speaks HTTP/1.1, gets a status page, and is disconnected.
/// </summary>
internal static class PlainHttp
{
    private const int MaxRequestBytes = 16 * 1024;

    private static readonly byte[] Preface = "PRI * HTTP/2.0"u8.ToArray();
    private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

    public static ConnectionDelegate Wrap(ConnectionDelegate http2, StatusPages pages) => async connection =>
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(connection.ConnectionClosed).ConfigureAwait(false);
            var start = read.Buffer.Slice(0, Math.Min(Preface.Length, read.Buffer.Length)).ToArray();
            if (start.AsSpan().SequenceEqual(Preface))
            {
                input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                await http2(connection).ConfigureAwait(false);
                return;
            }

            var isPlain = !Preface.AsSpan().StartsWith(start);
            if (isPlain && read.Buffer.ToArray().AsSpan().IndexOf(EndOfHeaders) >= 0)
            {
                await AnswerAsync(connection, read.Buffer, pages).ConfigureAwait(false);
                return;
            }

            var tooLong = read.Buffer.Length > MaxRequestBytes;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || tooLong)
            {
                return;
            }
        }
    };

    private static async Task AnswerAsync(ConnectionContext connection, ReadOnlySequence<byte> request, StatusPages pages)
    {
        var line = Encoding.ASCII.GetString(request).Split("\r\n", 2)[0].Split(' ');
        var (status, body) = line is not ["GET" or "HEAD", ..] ? (405, "Method Not Allowed\n")
            : pages.Find(line.Length > 1 ? line[1].Split('?')[0] : "") ?? (404, "404 page not found\n");
        connection.Transport.Input.AdvanceTo(request.End);
        var type = body.StartsWith('{') ? "application/json" : "text/plain; charset=utf-8";
        var reply = $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
            + (line[0] == "HEAD" ? "" : body);
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(reply), connection.ConnectionClosed).ConfigureAwait(false);
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    };
}
