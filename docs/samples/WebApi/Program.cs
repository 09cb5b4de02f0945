// Two services in one program, so that it can be tried alone: --Service greeter says hello, --Service front asks a greeter, whichever is there.
using Coordination;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCoordination().AllowEmbeddedEtcd().RegisterService(builder.Configuration["Service"] ?? "greeter");
builder.Services.AddHealthChecks().AddCoordination();
builder.Services.AddSingleton(services => new ServiceBalancer(services.GetRequiredService<CoordinationSystem>()));
builder.Services.AddHttpClient("greeter", client => client.BaseAddress = new Uri("http://greeter")).AddServiceBalancing();

var app = builder.Build();
app.MapGet("/hello", () => $"hello from {Environment.ProcessId}");
app.MapGet("/ask", async (IHttpClientFactory clients, CancellationToken cancellationToken) =>
    $"the greeter says: {await clients.CreateClient("greeter").GetStringAsync("/hello", cancellationToken)}");
app.MapHealthChecks("/ready");
await app.RunAsync();
