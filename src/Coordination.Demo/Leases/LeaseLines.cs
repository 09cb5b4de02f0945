using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Leases;

/// <summary>What the lease commands print: etcdctl's lines and JSON.</summary>
internal static class LeaseLines
{
    public static void Granted(Terminal terminal, OutputForm form, LeaseGranted lease)
    {
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json =>
            {
                json.WriteStartObject();
                json.Fields(lease.Header);
                json.WriteNumber("ID", lease.Id.Value);
                json.WriteNumber("TTL", Seconds(lease.Ttl));
                json.WriteString("Error", "");
                json.WriteEndObject();
            });
            return;
        }

        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lease {LeaseText.Of(lease.Id)} granted with TTL({Seconds(lease.Ttl)}s)"));
    }

    public static void Revoked(Terminal terminal, OutputForm form, LeaseId lease, EtcdHeader header)
    {
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json =>
            {
                json.WriteStartObject();
                json.Header(header);
                json.WriteEndObject();
            });
            return;
        }

        terminal.WriteLine($"lease {LeaseText.Of(lease)} revoked");
    }

    public static void Renewed(Terminal terminal, OutputForm form, LeaseRenewed lease)
    {
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json =>
            {
                json.WriteStartObject();
                json.Fields(lease.Header);
                json.WriteNumber("ID", lease.Id.Value);
                json.WriteNumber("TTL", Seconds(lease.Ttl));
                json.WriteEndObject();
            });
            return;
        }

        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lease {LeaseText.Of(lease.Id)} keepalived with TTL({Seconds(lease.Ttl)})"));
    }

    public static void Info(Terminal terminal, OutputForm form, LeaseInfo lease, bool withKeys)
    {
        var isGone = lease.Remaining < TimeSpan.Zero;
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json =>
            {
                json.WriteStartObject();
                json.Fields(lease.Header);
                json.WriteNumber("id", lease.Id.Value);
                json.WriteNumber("ttl", Seconds(lease.Remaining));
                json.WriteNumber("granted-ttl", Seconds(lease.Granted));
                if (lease.Keys.IsEmpty)
                {
                    json.WriteNull("keys");
                }
                else
                {
                    json.WriteStartArray("keys");
                    foreach (var key in lease.Keys)
                    {
                        json.WriteBase64StringValue(key.Span);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            });
            return;
        }

        if (isGone)
        {
            terminal.WriteLine($"lease {LeaseText.Of(lease.Id)} already expired");
            return;
        }

        terminal.Write(string.Create(CultureInfo.InvariantCulture, $"lease {LeaseText.Of(lease.Id)} granted with TTL({Seconds(lease.Granted)}s), remaining({Seconds(lease.Remaining)}s)"));
        if (withKeys)
        {
            terminal.Write(", attached keys([");
            for (var i = 0; i < lease.Keys.Length; i++)
            {
                terminal.Write(i == 0 ? "" : " ");
                terminal.Write(lease.Keys[i]);
            }

            terminal.Write("])");
        }

        terminal.WriteLine();
    }

    public static void List(Terminal terminal, OutputForm form, IReadOnlyCollection<LeaseId> leases, EtcdHeader answered)
    {
        if (form == OutputForm.Json)
        {
            EtcdJson.WriteLine(terminal, json =>
            {
                json.WriteStartObject();
                json.Fields(answered);
                json.WriteStartArray("leases");
                foreach (var lease in leases)
                {
                    json.WriteStartObject();
                    json.WriteNumber("id", lease.Value);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"found {leases.Count} leases"));
        foreach (var lease in leases)
        {
            terminal.WriteLine(LeaseText.Of(lease));
        }
    }

    private static long Seconds(TimeSpan time) => (long)Math.Floor(time.TotalSeconds);
}
