namespace Coordination.Etcd.Transport;

/// <summary>What is known of versions of etcd.</summary>
internal static class ServerVersion
{
    /// <summary>
    /// Whether a server of this version renews leases only while it leads. Before 3.4.31 and 3.5.13 a deposed leader may acknowledge renewals, of leases that the
    /// new one may already have let run out.
    /// </summary>
    public static bool RenewsOnlyAsLeader(string version)
    {
        // 3.5.13-rc.0 is not yet 3.5.13; what is no version is not trusted.
        var isRelease = !version.Contains('-', StringComparison.Ordinal);
        return Version.TryParse(isRelease ? version : version[..version.IndexOf('-', StringComparison.Ordinal)], out var v) && (v.Major, v.Minor) switch
        {
            (3, < 4) => false,
            (3, 4) => v.Build > 31 || (v.Build == 31 && isRelease),
            (3, 5) => v.Build > 13 || (v.Build == 13 && isRelease),
            _ => v.Major >= 3,
        };
    }
}
