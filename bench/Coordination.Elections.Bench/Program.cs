// Elections beside their limits, and under faults.
//   dotnet run -c Release --project bench/Coordination.Elections.Bench -- hand-over [http://127.0.0.1:2379]   without an endpoint: the embedded server
//   dotnet run -c Release --project bench/Coordination.Elections.Bench -- storm [seconds] [processes] [candidates] [seed]   on an etcd of its own
using System.Globalization;
using Coordination;
using Coordination.Elections.Bench;
using Coordination.Embedded;
using Coordination.Etcd;

switch (args)
{
    case ["worker", var name, var endpoint, var candidates]:
        using (var stopping = new CancellationTokenSource())
        {
            // The end of its input is the sign to stop, also when the storm itself dies.
            var working = new StormWorker(name, new Uri(endpoint), int.Parse(candidates, CultureInfo.InvariantCulture)).RunAsync(stopping.Token);
            await using var input = Console.OpenStandardInput();
            while (await input.ReadAsync(new byte[16]) > 0)
            {
                // Nothing is said on it.
            }

            await stopping.CancelAsync();
            await working;
        }

        return 0;
    case ["storm", .. var rest]:
        int Number(int index, int otherwise) => rest.Length > index ? int.Parse(rest[index], CultureInfo.InvariantCulture) : otherwise;
        return await new Storm(TimeSpan.FromSeconds(Number(0, 300)), Number(1, 5), Number(2, 50), Number(3, 1)).RunAsync();
    case ["hand-over", .. var rest]:
        await using (var embedded = rest.Length == 0 ? await EmbeddedEtcd.StartAsync() : null)
        {
            var etcd = rest.Length == 0 ? embedded!.Endpoint : new Uri(rest[0]);
            CoordinationSystem Start(string owner) => CoordinationSystem.Start(new CoordinationOptions { Owner = owner, Etcd = new EtcdClientOptions { Endpoints = [etcd] } });
            await using var one = Start("one");
            await using var other = Start("other");
            await HandOver.RunAsync(one, other);
        }

        return 0;
    default:
        Console.Error.WriteLine("hand-over [endpoint] | storm [seconds] [processes] [candidates] [seed]");
        return 2;
}
