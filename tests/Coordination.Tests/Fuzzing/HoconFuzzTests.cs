using System.Globalization;
using System.Text;
using Akka.Configuration;
using Coordination.Hosting;
using Xunit.Abstractions;

namespace Coordination.Tests.Fuzzing;

/// <summary>
/// A configuration is read, or refused as it is documented; it never throws anything else, and reading it ends. COORDINATION_FUZZ_RUNS says how many there are.
/// </summary>
public sealed class HoconFuzzTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("COORDINATION_FUZZ_RUNS") ?? "5000", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const string Sample = """
        # what a service sets
        coordination {
          owner = "node-1"
          session-ttl = 10s
          etcd {
            endpoints = ["http://10.0.0.1:2379", "http://10.0.0.2:2379"]
            request-timeout = 2s
            user = ${?ETCD_USER}
          }
          locks.max-waiters = 100
        }
        """;

    [Fact]
    public async Task A_configuration()
    {
        var whole = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "hocon", "coordination.conf"));
        var mutator = new Mutator(1, Encoding.UTF8.GetBytes(Sample), Encoding.UTF8.GetBytes("coordination { owner = a, stop-timeout = 5s }"), whole[..Math.Min(whole.Length, 2000)]);
        var read = 0;
        for (var n = 0; n < Runs; n++)
        {
            var text = Encoding.UTF8.GetString(mutator.Next());
            try
            {
                read += await Task.Run(() => IsRead(text)).WaitAsync(Limit) ? 1 : 0;
            }
            catch (Exception error)
            {
                Assert.Fail($"text {n}: {error}\n{text}");
            }
        }

        output.WriteLine($"{Runs} texts, {read} of them read");
        Assert.InRange(read, Runs / 100, Runs - (Runs / 20));
    }

    private static bool IsRead(string text)
    {
        try
        {
            HoconOptions.Read(HoconText.Parse(text));
            return true;
        }
        catch (Exception error) when (error is ConfigurationException or FormatException or ArgumentException)
        {
            // What Load makes an ArgumentException of.
            return false;
        }
    }
}
