namespace Coordination.Testing;

/// <summary>One node of an <see cref="EtcdCluster"/>.</summary>
public sealed class EtcdClusterNode : IAsyncDisposable
{
    private readonly string _listens = $"http://127.0.0.1:{EtcdProcess.FreePort()}";
    private readonly string _folder = Directory.CreateTempSubdirectory("coordination-etcd-").FullName;
    private readonly LoopDisk? _disk;
    private EtcdProcess? _process;
    private bool _isPaused;

    /// <summary>A node that does not run yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="canBeIsolated">Whether the other nodes call it through a proxy.</param>
    /// <param name="disk">A disk of its own, which can be frozen; null: its data are in a folder, and it does not wait for the disk.</param>
    internal EtcdClusterNode(string name, bool canBeIsolated, LoopDisk? disk)
    {
        Name = name;
        Callers = canBeIsolated ? new TcpProxy(new Uri(_listens)) : null;
        _disk = disk;
    }

    public string Name { get; }

    public Uri Endpoint { get; } = new($"http://127.0.0.1:{EtcdProcess.FreePort()}");

    /// <summary>Whether its process runs and is not stopped.</summary>
    public bool IsServing => !_isPaused && _process is { IsRunning: true };

    internal string PeerUrl => Callers?.Endpoint.GetLeftPart(UriPartial.Authority) ?? _listens;

    /// <summary>Stands between it and the nodes that call it.</summary>
    internal TcpProxy? Callers { get; }

    /// <summary>Starts it for the first time.</summary>
    internal Task StartAsync(string members, bool isNew)
    {
        var client = Endpoint.GetLeftPart(UriPartial.Authority);
        _process = new EtcdProcess(
        [
            "--name", Name, "--data-dir", Path.Combine(_disk?.Folder ?? _folder, "data"), "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", _listens, "--initial-advertise-peer-urls", PeerUrl, "--initial-cluster", members,
            "--initial-cluster-state", isNew ? "new" : "existing", .. _disk is null ? ["--unsafe-no-fsync"] : Array.Empty<string>(),
        ]);
        return _process.StartAsync();
    }

    /// <summary>Starts it again, with the data it had. Completes when it serves: never without a quorum.</summary>
    public Task StartAgainAsync() => _process!.StartAsync();

    /// <summary>SIGSTOP: it hangs, with its connections open.</summary>
    public void Pause()
    {
        _isPaused = true;
        _process!.Pause();
    }

    /// <summary>SIGCONT.</summary>
    public void Resume()
    {
        _process!.Resume();
        _isPaused = false;
    }

    /// <summary>Its disk hangs: the process goes on, and waits for what it wants to write.</summary>
    public Task FreezeDiskAsync() => Disk.FreezeAsync();

    /// <summary>Its disk goes on.</summary>
    public Task ThawDiskAsync() => Disk.ThawAsync();

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (Callers is not null)
        {
            await Callers.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private LoopDisk Disk => _disk ?? throw new InvalidOperationException($"{Name} has no disk of its own.");
}
