using System.Net;
using System.Net.Sockets;

namespace Coordination.AspNetCore;

/// <summary>Which of the addresses of a server others can use.</summary>
internal static class ListeningAddress
{
    /// <summary>The first with https, else the first; null: there is none that others could use.</summary>
    /// <param name="addresses">As the server tells them: <c>http://127.0.0.1:5000</c>, <c>https://[::]:443</c>, <c>http://+:80</c>, <c>http://unix:/run/it</c>.</param>
    public static (string Scheme, string Host, int Port)? Choose(IEnumerable<string> addresses)
    {
        var all = addresses.Select(Parse).OfType<(string Scheme, string Host, int Port)>().ToList();
        return all.Count == 0 ? null : all.Find(address => address.Scheme == Uri.UriSchemeHttps) is { Host: not null } safe ? safe : all[0];
    }

    /// <summary>Whether a host stands for all addresses of the machine.</summary>
    public static bool IsAny(string host) => host is "+" or "*" || (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    /// <summary>The address of this machine on the way to another one. Nothing is sent: the system only says which address it would use.</summary>
    public static async Task<string> OnTheWayToAsync(Uri other, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var target in await Dns.GetHostAddressesAsync(other.Host, cancellationToken).ConfigureAwait(false))
            {
                using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                await socket.ConnectAsync(target, other.Port, cancellationToken).ConfigureAwait(false);
                return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
            }
        }
        catch (SocketException)
        {
            // The name is not known, or there is no way to it: the name of the machine may still do.
        }

        return Dns.GetHostName();
    }

    private static (string Scheme, string Host, int Port)? Parse(string address)
    {
        // '+' and '*' are no hosts to a Uri.
        var isAny = address.Contains("://+", StringComparison.Ordinal) || address.Contains("://*", StringComparison.Ordinal);
        var readable = address.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal);
        return Uri.TryCreate(readable, UriKind.Absolute, out var uri) && uri.Port > 0 && !address.Contains("://unix:", StringComparison.OrdinalIgnoreCase)
            ? (uri.Scheme, isAny ? "+" : uri.IdnHost.Trim('[', ']'), uri.Port)
            : null;
    }
}
