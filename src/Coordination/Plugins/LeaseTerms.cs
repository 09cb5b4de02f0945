using System.Text;
using Akka.Configuration;
using Akka.Coordination;

namespace Coordination.Plugins;

/// <summary>What Akka asks of a lease, read and checked.</summary>
/// <param name="Key">The key in etcd.</param>
/// <param name="Owner">Who holds it, in its value.</param>
/// <param name="Ttl">How long it outlives its holder.</param>
/// <param name="RenewEvery">How often it is renewed at least.</param>
/// <param name="OperationTimeout">How long acquiring or releasing may take.</param>
internal sealed record LeaseTerms(string Key, string Owner, TimeSpan Ttl, TimeSpan RenewEvery, TimeSpan OperationTimeout)
{
    /// <summary>The longest prefix of keys, in characters.</summary>
    public const int LongestPrefix = 256;

    /// <summary>Reads and checks settings.</summary>
    /// <exception cref="ArgumentException">Something is out of range; all problems are named.</exception>
    public static LeaseTerms Of(LeaseSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var config = (settings.LeaseConfig ?? Config.Empty).WithFallback(PluginDefaults.Config.GetConfig(PluginDefaults.LeasePath));
        var prefix = config.GetString("key-prefix");
        var times = settings.TimeoutSettings;
        var terms = new LeaseTerms(
            prefix + Readable(settings.LeaseName ?? ""), settings.OwnerName ?? "", times.HeartbeatTimeout, times.HeartbeatInterval, times.OperationTimeout);
        var problems = new OptionProblems();
        if (string.IsNullOrEmpty(settings.LeaseName))
        {
            problems.Add("The name of the lease", settings.LeaseName, "it must not be empty");
        }

        if (prefix is not { Length: > 0 and <= LongestPrefix })
        {
            problems.Add("key-prefix", Shorten(prefix), $"allowed are 1 to {LongestPrefix} characters");
        }

        if (Encoding.UTF8.GetByteCount(terms.Key) is var bytes && bytes > LockOptions.MaxNameLength)
        {
            problems.Add("The name of the lease", Shorten(settings.LeaseName), $"its key has {bytes} bytes, allowed are {LockOptions.MaxNameLength}");
        }

        if (terms.Owner.Length is 0 or > DistributedLockOptions.LongestOwner)
        {
            problems.Add("The name of the owner", Shorten(terms.Owner), $"it has {terms.Owner.Length} characters, allowed are 1 to {DistributedLockOptions.LongestOwner}");
        }

        problems.Check("heartbeat-timeout", terms.Ttl, Leases.LeaseSettings.LeastTtl, Leases.LeaseSettings.LongestTtl);
        problems.Check("heartbeat-interval", terms.RenewEvery, TimeSpan.FromMilliseconds(100), Leases.LeaseSettings.LongestTtl);
        problems.Check("lease-operation-timeout", terms.OperationTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        OptionProblems.ThrowIfAny($"The lease '{Shorten(settings.LeaseName)}'", problems.All, nameof(settings));
        return terms;
    }

    /// <summary>The name as it is, but for what a person could not read in a key, and the percent sign that says so.</summary>
    public static string Readable(string name)
    {
        if (!name.Any(IsHidden))
        {
            return name;
        }

        var text = new StringBuilder(name.Length + 16);
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsBmp && IsHidden((char)rune.Value))
            {
                text.Append(Uri.EscapeDataString(rune.ToString()));
            }
            else
            {
                text.Append(rune.ToString());
            }
        }

        return text.ToString();
    }

    private static bool IsHidden(char c) => c == '%' || char.IsControl(c) || char.IsWhiteSpace(c);

    private static string? Shorten(string? text) => text is { Length: > 60 } ? text[..60] + "…" : text;
}
