namespace Coordination.Testing;

/// <summary>The certificate and key of an etcd (PEM files), and the authority of its clients when they must show certificates.</summary>
public sealed record EtcdServerCertificates(string CertificateFile, string KeyFile, string? ClientAuthorityFile = null);

/// <summary>Debian's etcd, one node, on loopback ports of its own, with its data in a temporary folder.</summary>
public sealed class RealEtcd : EtcdServer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coordination-etcd-").FullName;
    private readonly string _backup;
    private readonly string _peer;
    private readonly EtcdProcess _process;

    private RealEtcd(EtcdServerCertificates? tls, string[] moreArguments)
    {
        _backup = _folder + "-backup";
        Endpoint = new Uri($"{(tls is null ? "http" : "https")}://127.0.0.1:{EtcdProcess.FreePort()}");
        var client = Endpoint.GetLeftPart(UriPartial.Authority);
        _peer = $"http://127.0.0.1:{EtcdProcess.FreePort()}";
        string[] secure = tls is null ? [] : ["--cert-file", tls.CertificateFile, "--key-file", tls.KeyFile];
        string[] mutual = tls?.ClientAuthorityFile is { } authority ? ["--client-cert-auth", "--trusted-ca-file", authority] : [];
        _process = new EtcdProcess(
        [
            "--name", "test", "--data-dir", _folder, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", _peer,
            "--initial-advertise-peer-urls", _peer, "--initial-cluster", $"test={_peer}", "--unsafe-no-fsync", .. secure, .. mutual, .. moreArguments,
        ]);
    }

    public override Uri Endpoint { get; }

    public static Task<RealEtcd> StartAsync(params string[] moreArguments) => StartAsync(null, moreArguments);

    /// <summary>With TLS.</summary>
    public static async Task<RealEtcd> StartAsync(EtcdServerCertificates? tls, params string[] moreArguments)
    {
        var server = new RealEtcd(tls, moreArguments);
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Starts it (again), with the data it had.</summary>
    public Task StartProcessAsync() => _process.StartAsync();

    /// <summary>Until so many lines of its log have all of these texts in them.</summary>
    public Task SaysAsync(int lines, params string[] texts) => _process.SaysAsync(lines, texts);

    /// <summary>SIGSTOP: it hangs, with its connections open.</summary>
    public void Pause() => _process.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => _process.Resume();

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Copies the data of a server that was killed. It is put back with <see cref="Restore"/>.</summary>
    public void BackUp() => Copy(_folder, _backup);

    /// <summary>Gives a server that was killed the data of the backup, as an operator does who restores one.</summary>
    public void Restore()
    {
        Directory.Delete(_folder, recursive: true);
        Copy(_backup, _folder);
    }

    /// <summary>Gives a server that was killed the data of a snapshot, as a new cluster whose revisions are larger than all before (docs/running-etcd.md).</summary>
    /// <param name="snapshot">The file that <c>etcdctl snapshot save</c> wrote.</param>
    public async Task RestoreBumpedAsync(string snapshot)
    {
        Directory.Delete(_folder, recursive: true);
        await Etcdctl.RunOfflineAsync(
            "etcdutl", "snapshot", "restore", snapshot, "--data-dir", _folder, "--name", "test", "--initial-cluster", $"test={_peer}", "--initial-advertise-peer-urls", _peer,
            "--initial-cluster-token", "restored", "--bump-revision", "1000000000", "--mark-compacted");
    }

    public override async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (Directory.Exists(_backup))
        {
            Directory.Delete(_backup, recursive: true);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(to + folder[from.Length..]);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, to + file[from.Length..]);
        }
    }
}
