using System.Globalization;

namespace Coordination.Bench;

/// <summary>What an etcd has counted since it was started.</summary>
/// <param name="Transactions">Transactions that it answered.</param>
/// <param name="WatchMessages">Messages that it sent to watchers.</param>
internal sealed record EtcdCounters(double Transactions, double WatchMessages)
{
    /// <summary>Null: this one shows no metrics.</summary>
    public static async Task<EtcdCounters?> ReadAsync(Uri endpoint)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(endpoint, "/metrics"));
        if (!response.IsSuccessStatusCode)
        {
            return null;
        }

        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        return new EtcdCounters(Sum("grpc_server_handled_total{", "grpc_method=\"Txn\""), Sum("grpc_server_msg_sent_total{", "grpc_method=\"Watch\""));

        double Sum(string name, string label) => lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
