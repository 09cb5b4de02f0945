using System.Threading.Channels;
using Coordination.Etcd;

namespace Snippets;

internal static class EtcdSnippets
{
    public static async Task ConnectAsync()
    {
        // <connect>
        await using var etcd = new EtcdClient(new EtcdClientOptions { Endpoints = [new Uri("http://127.0.0.1:2379")] });

        // </connect>
    }

    public static async Task SecureAsync()
    {
        // <secure>
        await using var etcd = new EtcdClient(new EtcdClientOptions
        {
            Endpoints = [new Uri("https://etcd1:2379"), new Uri("https://etcd2:2379"), new Uri("https://etcd3:2379")],
            Tls = new EtcdTlsOptions
            {
                AuthorityFile = "/etc/etcd/ca.pem",            // instead of the machine's authorities
                CertificateFile = "/etc/etcd/client.pem",      // when etcd asks its clients for certificates (--client-cert-auth)
                KeyFile = "/etc/etcd/client-key.pem",
            },
            Credentials = new EtcdCredentials("my-service") { PasswordFile = "/run/secrets/etcd-password" },
        });

        // </secure>
    }

    public static async Task PermitAsync(EtcdClient etcd, string password)
    {
        // <permit>
        await etcd.Auth.AddUserAsync("my-service", password);
        await etcd.Auth.AddRoleAsync("my-service");
        await etcd.Auth.GrantPermissionAsync("my-service", KeyRange.Prefix("my-service/"), EtcdAccess.ReadWrite);
        await etcd.Auth.GrantRoleAsync("my-service", "my-service");

        // </permit>
    }

    public static async Task KeysAsync(EtcdClient etcd, LeaseId lease)
    {
        // <keys>
        await etcd.PutAsync("/config/a", "1");
        await etcd.PutAsync("/config/a", "1", lease);                                         // lives on a lease
        var put = await etcd.PutAsync(new EtcdOp.Put("/config/a", "2") { PreviousValue = true });
        await etcd.PutAsync(new EtcdOp.Put("/config/a", "3") { IgnoreLease = true });         // keeps its lease; IgnoreValue keeps the value

        var one = (await etcd.GetAsync("/config/a")).First;                                   // null when it does not exist
        var all = await etcd.GetAsync(KeyRange.Prefix("/config/"));                           // also Between, From, All
        var old = await etcd.GetAsync(new EtcdOp.Get("/config/a") { Revision = put.Header.Revision });
        var last = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/log/")) { Order = EtcdOp.SortOrder.Descending, OrderBy = EtcdOp.SortTarget.CreateRevision, Limit = 10 });
        var count = (await etcd.GetAsync(new EtcdOp.Get(KeyRange.All) { CountOnly = true })).Count;   // also KeysOnly, Serializable, Min/MaxModRevision, Min/MaxCreateRevision

        var deleted = await etcd.DeleteAsync(KeyRange.Prefix("/config/"));                    // deleted.Deleted: how many

        // </keys>
        _ = (one, all, old, last, count, deleted);
    }

    public static async Task PagesAsync(EtcdClient etcd, Action<KeyValue> use)
    {
        // <pages>
        await foreach (var key in etcd.ReadAllAsync(KeyRange.Prefix("/log/"), pageSize: 1000))
        {
            use(key);
        }

        // </pages>
    }

    public static async Task TransactionAsync(EtcdClient etcd)
    {
        // <transaction>
        var result = await etcd
            .If(When.Missing("/lock"), When.Value("/mode").Is("on"))
            .Then(new EtcdOp.Put("/lock", "me"))
            .Else(new EtcdOp.Get("/lock"))
            .CommitAsync();

        // </transaction>
        _ = result;
    }

    public static async Task LeasesAsync(EtcdClient etcd)
    {
        // <leases>
        var lease = await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(30));                     // or with an id of your own
        var renewed = await etcd.KeepAliveAsync(lease.Id, timeout: TimeSpan.FromSeconds(5));  // once; renewed.IsGone: it does not exist any more
        var info = await etcd.GetLeaseAsync(lease.Id, withKeys: true);
        var leases = await etcd.ListLeasesAsync();
        await etcd.RevokeLeaseAsync(lease.Id);                                                // its keys are deleted

        // </leases>
        _ = (renewed, info, leases);
    }

    public static void Watch(EtcdClient etcd, Revision revision, ChannelWriter<EtcdWatchSignal> queue)
    {
        // <watch>
        using var watch = etcd.Watch(new EtcdWatchSpec(KeyRange.Prefix("/config/"), From: revision.Next) { PreviousValue = true }, signal => queue.TryWrite(signal));

        // </watch>
    }

    public static async Task PrefixAsync(EtcdClient etcd)
    {
        // <prefix>
        var app = etcd.WithPrefix("app1/");
        await app.PutAsync("config", "1");       // app1/config

        // </prefix>
    }

    public static async Task ClusterAsync(EtcdClient etcd, Revision revision)
    {
        // <cluster>
        foreach (var endpoint in etcd.Endpoints)
        {
            var health = await etcd.CheckHealthAsync(endpoint);     // a linearizable read, as etcdctl endpoint health
            var status = await etcd.GetStatusAsync(endpoint);       // version, leader, sizes, alarms
            Console.WriteLine($"{health} {status}");
        }

        var members = await etcd.ListMembersAsync();
        await etcd.CompactAsync(revision);

        // </cluster>
        _ = members;
    }
}
