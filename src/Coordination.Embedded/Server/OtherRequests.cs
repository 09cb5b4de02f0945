using Microsoft.AspNetCore.Http;

namespace Coordination.Embedded.Server;

/// <summary>Requests that are none of the served methods: the status pages, and gRPC methods that a real etcd may have.</summary>
internal static class OtherRequests
{
    private const string Unimplemented = "12";

    public static Task AnswerAsync(HttpContext http, StatusPages pages)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = Unimplemented;
            http.Response.Headers["grpc-message"] = $"The embedded etcd has no method {http.Request.Path.ToUriComponent()}";
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(http.Request.Method) || pages.Find(http.Request.Path.Value ?? "") is not var (status, text))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = text.StartsWith('{') ? "application/json" : "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
