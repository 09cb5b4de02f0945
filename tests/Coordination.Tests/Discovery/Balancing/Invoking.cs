namespace Coordination.Tests.Discovery.Balancing;

/// <summary>Requests through an invoker: what a handler does, without what HttpClient adds.</summary>
internal static class Invoking
{
    public static Task<HttpResponseMessage> GetAsync(this HttpMessageInvoker http, string address) => http.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), default);

    public static Task<HttpResponseMessage> PostAsync(this HttpMessageInvoker http, string address, HttpContent content) =>
        http.SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = content }, default);
}
