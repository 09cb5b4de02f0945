using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>Endpoints as people write them: <c>http://host:port</c>, several with commas between.</summary>
internal static class EndpointText
{
    /// <summary>Reads a list of endpoints.</summary>
    /// <exception cref="FormatException">One of them is not an endpoint; the message names it and says what is allowed.</exception>
    public static ImmutableArray<Uri> ParseList(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0)
        {
            throw new FormatException("No endpoint is given; allowed is http://host:port or https://host:port, several with commas between.");
        }

        return [.. parts.Select(Parse)];
    }

    /// <summary>A list with the scheme where it was left out, as etcdctl allows it.</summary>
    public static string WithScheme(string list, string scheme) => string.Join(
        ',',
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(one => one.Contains("://", StringComparison.Ordinal) ? one : $"{scheme}://{one}"));

    /// <summary>What is wrong with an endpoint, or null.</summary>
    public static string? Problem(Uri endpoint) =>
        !endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps) || endpoint.Host.Length == 0
            ? "the scheme must be http or https: http://host:port"
            : endpoint.PathAndQuery != "/" || endpoint.UserInfo.Length > 0 ? "only scheme, host and port are allowed: http://host:port"
            : null;

    /// <summary>An endpoint for a message: a name and password that somebody wrote into it are not shown.</summary>
    public static string WithoutUser(string endpoint) =>
        endpoint.LastIndexOf('@') is var at and >= 0 ? $"…{endpoint[at..]}" : endpoint;

    /// <summary>The endpoints in brackets for a message that goes on with a cause, without those that the cause names itself; empty when it names all.</summary>
    public static string Beside(string? cause, IEnumerable<Uri> endpoints)
    {
        string[] names = [.. endpoints.Select(endpoint => endpoint.GetLeftPart(UriPartial.Authority)).Where(name => cause?.Contains(name, StringComparison.Ordinal) is not true)];
        return names switch
        {
            [] => "",
            [var one] => $" (endpoint {one})",
            _ => $" (endpoints {string.Join(", ", names)})",
        };
    }

    private static Uri Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"The endpoint '{WithoutUser(text)}' has no scheme; allowed is http://host:port or https://host:port.");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && Problem(endpoint) is null
            ? endpoint
            : throw new FormatException($"The endpoint '{WithoutUser(text)}' is not allowed; it must be http://host:port or https://host:port.");
    }
}
