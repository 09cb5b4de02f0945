// A web service, as many of them as you like: found by name, one at a time for each order, one that cleans up.
using Coordination;
using FirstService;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd().RegisterService("orders");
builder.Services.AddLeaderOnlyService<Cleaner>("/orders/cleaner");
builder.Services.AddHealthChecks().AddCoordination();
builder.Services.AddSingleton(services => new ServiceBalancer(services.GetRequiredService<CoordinationSystem>()));
builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("http://orders")).AddServiceBalancing();

var app = builder.Build();
app.MapHealthChecks("/ready");
app.MapGet("/who", () => $"process {Environment.ProcessId}");
app.MapGet("/somebody", (IHttpClientFactory clients, CancellationToken stop) => clients.CreateClient("orders").GetStringAsync("/who", stop));
app.MapPost("/orders/{id}", async (string id, ILocks locks, CancellationToken stop) =>
{
    await using var handle = await locks.Lock($"/orders/{id}").TryAcquireAsync(stop);
    return handle is null ? Results.Conflict() : Results.Text($"order {id} taken, token {handle.Token}");
});
await app.RunAsync();
